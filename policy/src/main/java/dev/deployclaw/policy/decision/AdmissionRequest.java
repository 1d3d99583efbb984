package dev.deployclaw.policy.decision;

import java.util.List;

/**
 * A number of equal requests, asked for at once.
 *
 * @param blocked whether the tenant, or a group above it, is blocked
 * @param requests at least 1; each is admitted whole or not at all
 * @param lease names these requests where a concurrency limit holds a place for each; no two asks
 *     share it
 */
public record AdmissionRequest(
    boolean blocked, List<CounterCharge> charges, long requests, String lease) {
  /** Where no limit is one of concurrency. */
  public AdmissionRequest(boolean blocked, List<CounterCharge> charges, long requests) {
    this(blocked, charges, requests, "");
  }

  public AdmissionRequest {
    charges = List.copyOf(charges);
    if (requests < 1) {
      throw new IllegalArgumentException("asks for no request");
    }
  }
}
