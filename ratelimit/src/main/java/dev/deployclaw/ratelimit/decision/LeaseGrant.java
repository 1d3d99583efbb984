package dev.deployclaw.ratelimit.decision;

import java.time.Duration;

/**
 * Requests that were charged ahead, for somebody else to admit.
 *
 * @param admitted how many; 0 where none was, for a reason that {@code answer} says
 * @param epoch by which they were decided; 0 where Redis didn't decide
 * @param lasts for how long from now on they may be spent; zero where a limit is exact, so that
 *     nobody may admit them later
 * @param answer as one request would have been answered
 */
public record LeaseGrant(long admitted, long epoch, Duration lasts, DecisionResponse answer) {}
