package dev.deployclaw.policy.probe;

import java.util.List;

/**
 * Probes that test one limit, to be sent in order: each answer depends on what was admitted before.
 * It starts with idle counters.
 */
public record ProbeSequence(String limit, List<ProbeRequest> probes) {
  public ProbeSequence {
    probes = List.copyOf(probes);
  }

  ProbeSequence later(long micros) {
    return new ProbeSequence(limit, probes.stream().map(p -> p.later(micros)).toList());
  }
}
