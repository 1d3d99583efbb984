/** The rate limit services as a participant: which epoch they hold, and which Redis they ask. */
@NullMarked
package dev.deployclaw.executors.ratelimit;

import org.jspecify.annotations.NullMarked;
