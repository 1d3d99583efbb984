/**
 * Activation of an epoch in Redis: staging, vote, switch of the function library under its fence,
 * and repair of losses. Its rules go to the primary that owns their slots: partitioned, written in
 * bulk, read back and compared.
 */
@NullMarked
package dev.deployclaw.executors.redis.activation;

import org.jspecify.annotations.NullMarked;
