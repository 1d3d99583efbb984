/**
 * The decision: the limits that apply to a request under each policy set that the service holds;
 * equal requests are coalesced into one call to Redis, and each gets a response in time.
 */
@NullMarked
package dev.deployclaw.ratelimit.decision;

import org.jspecify.annotations.NullMarked;
