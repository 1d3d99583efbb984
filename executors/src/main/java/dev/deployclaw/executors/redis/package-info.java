/** Redis: the state that enforces, staged by epoch and switched by a function library per node. */
@NullMarked
package dev.deployclaw.executors.redis;

import org.jspecify.annotations.NullMarked;
