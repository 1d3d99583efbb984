package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Measured.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What rules and counters take of each node's {@code maxmemory}, and what the node does when it is
 * full: one that evicts keys forgets counters, and rules with them. How many clients a limit with a
 * key will count isn't known beforehand, so it is said how many fit.
 */
final class MemoryCheck {
  private static final int WHOLE = 100;

  private MemoryCheck() {}

  static List<Finding> find(PolicySet set, Measured measured, Thresholds thresholds) {
    if (measured.memory().isEmpty()) {
      return List.of(
          About.ESTATE.info(
              Check.MEMORY, "no node's memory was read", "validate where Redis answers", Map.of()));
    }
    long known = Footprint.known(set) / measured.primaries();
    var found = new ArrayList<Finding>();
    measured
        .memory()
        .forEach((node, memory) -> {
          if (memory.isBounded()) {
            evicts(node, memory).ifPresent(found::add);
            full(node, memory, known, thresholds.mostMemoryPercent()).ifPresent(found::add);
          }
        });
    clients(set, measured, known).ifPresent(found::add);
    return found;
  }

  private static Optional<Finding> evicts(String node, Memory memory) {
    return memory.evicts()
        ? Optional.of(
            About.ESTATE.warning(
                Check.MEMORY,
                "%s evicts keys when it is full (%s): counters begin afresh, rules are lost"
                    .formatted(node, memory.policy()),
                "CONFIG SET maxmemory-policy noeviction",
                Map.of("node", node, "policy", memory.policy(), "maxmemory", memory.mostBytes())))
        : Optional.empty();
  }

  private static Optional<Finding> full(String node, Memory memory, long known, int most) {
    if (known <= memory.mostBytes() / WHOLE * most) {
      return Optional.empty();
    }
    return Optional.of(
        About.ESTATE.warning(
            Check.MEMORY,
            "rules and counters may take %d MiB on %s, more than %d %% of its maxmemory of %d MiB"
                .formatted(mebibytes(known), node, most, mebibytes(memory.mostBytes())),
            "raise maxmemory, or spread the tenants over more primaries",
            Map.of("node", node, "bytes", known, "maxmemory", memory.mostBytes())));
  }

  /** The longest-lived counters of limits with a key, and how many clients of them fit. */
  private static Optional<Finding> clients(PolicySet set, Measured measured, long known) {
    var keyed =
        set.tenants().values().stream()
            .flatMap(t -> t.limits().stream())
            .filter(l -> !l.key().isEmpty())
            .toList();
    var least =
        measured.memory().values().stream()
            .filter(Memory::isBounded)
            .mapToLong(Memory::mostBytes)
            .min();
    if (keyed.isEmpty() || least.isEmpty()) {
      return Optional.empty();
    }
    long each = keyed.stream().mapToLong(Footprint::counter).max().orElseThrow();
    long seconds = keyed.stream().mapToLong(Footprint::livesSeconds).max().orElseThrow();
    long fit = Math.max(0, least.getAsLong() - known) / each;
    var evidence = new TreeMap<String, Object>();
    evidence.put("limits", keyed.size());
    evidence.put("clients", fit);
    evidence.put("bytes_each", each);
    evidence.put("lives_s", seconds);
    return Optional.of(
        About.ESTATE.info(
            Check.MEMORY,
            "%d counters of clients fit into the smallest node, each for up to %d s"
                .formatted(fit, seconds),
            "raise maxmemory where more clients than that may come in this time",
            evidence));
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }
}
