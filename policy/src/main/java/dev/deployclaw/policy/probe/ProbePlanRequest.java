package dev.deployclaw.policy.probe;

import java.util.List;

/**
 * What a plan is asked for.
 *
 * @param gateways by which requests may enter, named as in the policy set
 * @param total how many requests
 * @param seed the same seed gives the same plan
 * @param startMicros where the probes' clock starts, in microseconds since 1970
 */
public record ProbePlanRequest(List<String> gateways, int total, String seed, long startMicros) {
  public ProbePlanRequest {
    gateways = List.copyOf(gateways);
    if (total < 0 || startMicros < 0) {
      throw new IllegalArgumentException("total or start below zero");
    }
  }
}
