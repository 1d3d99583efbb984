package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.ratelimit.match.HeaderCardinality;

/**
 * What bounds a decider and isn't in a policy.
 *
 * @param withoutPolicy what happens to requests before any policy set could be read
 * @param headerValues which values of a tenant's header get a counter of their own; all deciders of
 *     a process have it in common
 * @param heap bytes of which the decider may take a part
 */
public record DeciderBounds(
    BackendFailureMode withoutPolicy, HeaderCardinality headerValues, long heap) {

  /**
   * @param headerValues how many get a counter of their own
   * @param deciders of this process, each with an equal share of the heap
   */
  public static DeciderBounds of(BackendFailureMode withoutPolicy, int headerValues, int deciders) {
    return new DeciderBounds(
        withoutPolicy,
        new HeaderCardinality(headerValues, System::nanoTime),
        Runtime.getRuntime().maxMemory() / deciders);
  }
}
