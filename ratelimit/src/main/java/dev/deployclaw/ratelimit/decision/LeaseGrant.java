package dev.deployclaw.ratelimit.decision;

import java.time.Duration;

/**
 * Requests that were charged ahead, for somebody else to admit.
 *
 * @param admitted how many; 0 where none was, for a reason that {@code answer} says
 * @param lease as policies have it; zero where it is too short for somebody else, where a limit is
 *     exact, or where Redis didn't decide
 * @param lasts for how long from now on they may be spent
 * @param window what is left of the first fixed window, at most; very long where there is none
 * @param answer as one request would have been answered
 */
public record LeaseGrant(
    long admitted, Duration lease, Duration lasts, Duration window, DecisionResponse answer) {}
