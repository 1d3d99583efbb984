/** The formats that agent and rate limit service share. */
@NullMarked
package dev.deployclaw.policy.wire;

import org.jspecify.annotations.NullMarked;
