/** Key names, staged rules and the function library in Redis, and the calls to it. */
@NullMarked
package dev.deployclaw.policy.redis;

import org.jspecify.annotations.NullMarked;
