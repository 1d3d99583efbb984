package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.model.BackendFailureMode;

/**
 * What bounds a decider and isn't in a policy.
 *
 * @param withoutPolicy what happens to requests before any policy set could be read
 * @param headerValues which values of a tenant's header get a counter of their own; all deciders of
 *     a process have it in common
 * @param deciders of this process, which share its memory equally
 */
public record DeciderBounds(
    BackendFailureMode withoutPolicy, HeaderCardinality headerValues, int deciders) {

  /**
   * @param headerValues how many get a counter of their own
   * @param deciders of this process
   */
  public static DeciderBounds of(BackendFailureMode withoutPolicy, int headerValues, int deciders) {
    return new DeciderBounds(
        withoutPolicy, new HeaderCardinality(headerValues, System::nanoTime), deciders);
  }

  /** Bytes of which a decider may take a part. */
  long heap() {
    return Runtime.getRuntime().maxMemory() / deciders;
  }

  /** A decider's part of what the process may remember. */
  int share(int most) {
    return Math.max(1, most / deciders);
  }
}
