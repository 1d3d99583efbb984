/**
 * Activation of an epoch in Redis: staging, vote, switch of the function library under its fence,
 * and repair of losses.
 */
@NullMarked
package dev.deployclaw.executors.redis.activation;

import org.jspecify.annotations.NullMarked;
