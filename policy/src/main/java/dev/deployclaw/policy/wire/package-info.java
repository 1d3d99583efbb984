/**
 * The formats that agent and rate limit service share: headers, probe tokens, status and stored
 * policy sets.
 */
@NullMarked
package dev.deployclaw.policy.wire;

import org.jspecify.annotations.NullMarked;
