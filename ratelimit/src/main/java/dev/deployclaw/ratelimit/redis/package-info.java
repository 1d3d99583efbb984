/**
 * A small Redis client: pipelined connections, slot routing and a circuit breaker on one event
 * loop.
 */
@NullMarked
package dev.deployclaw.ratelimit.redis;

import org.jspecify.annotations.NullMarked;
