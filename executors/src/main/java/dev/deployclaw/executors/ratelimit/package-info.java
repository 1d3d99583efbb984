/** The rate limit services, asked what they hold and what decides. */
@NullMarked
package dev.deployclaw.executors.ratelimit;

import org.jspecify.annotations.NullMarked;
