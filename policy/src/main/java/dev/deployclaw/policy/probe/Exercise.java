package dev.deployclaw.policy.probe;

import java.util.List;

/**
 * Probes that test one limit, to be sent in order: each answer depends on what was admitted before.
 * It starts with idle counters.
 */
public record Exercise(String limit, List<Probe> probes) {
  public Exercise {
    probes = List.copyOf(probes);
  }

  Exercise later(long micros) {
    return new Exercise(limit, probes.stream().map(p -> p.later(micros)).toList());
  }
}
