/**
 * The decision: equal requests are coalesced into one call to Redis, and each gets a response in
 * time.
 */
@NullMarked
package dev.deployclaw.ratelimit.decision;

import org.jspecify.annotations.NullMarked;
