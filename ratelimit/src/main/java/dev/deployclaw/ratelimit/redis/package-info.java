/** A small Redis client: few connections, calls of everybody pipelined, one event loop. */
@NullMarked
package dev.deployclaw.ratelimit.redis;

import org.jspecify.annotations.NullMarked;
