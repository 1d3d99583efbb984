/**
 * What stands in Redis: key names, staged rules, the function library, and the call to it. Pure.
 */
@NullMarked
package dev.deployclaw.policy.redis;

import org.jspecify.annotations.NullMarked;
