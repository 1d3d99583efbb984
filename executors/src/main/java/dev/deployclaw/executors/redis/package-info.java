/** The Redis cluster as a participant of a change. */
@NullMarked
package dev.deployclaw.executors.redis;

import org.jspecify.annotations.NullMarked;
