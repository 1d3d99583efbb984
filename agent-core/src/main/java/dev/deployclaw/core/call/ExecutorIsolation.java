package dev.deployclaw.core.call;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What separates the executors from the agent's own process, as each execution's log records it.
 *
 * @param separate whether they run in a process of their own
 * @param enforced the layers that confine that process, as it found out by trying
 * @param missing the other layers, each with what was found
 * @param violations what a host last tried that it may not do, by the host's name, since the agent
 *     started
 */
public record ExecutorIsolation(
    boolean separate,
    List<String> enforced,
    Map<String, String> missing,
    Map<String, Violation> violations) {
  /**
   * What the kernel stopped.
   *
   * @param what follows the host's name in a sentence
   */
  public record Violation(Instant at, String what) {}

  /** Planner and executors share a process. */
  public static final ExecutorIsolation NONE =
      new ExecutorIsolation(false, List.of(), Map.of(), Map.of());

  public ExecutorIsolation {
    enforced = List.copyOf(enforced);
    missing = Map.copyOf(missing);
    violations = Map.copyOf(violations);
  }

  /** As the fact {@code isolation} of an execution's first record. */
  public Map<String, Object> facts() {
    var facts = new TreeMap<String, Object>();
    facts.put("separate", separate);
    facts.put("enforced", enforced);
    facts.put("missing", new TreeMap<>(missing));
    if (!violations.isEmpty()) {
      var times = new TreeMap<String, Object>();
      var causes = new TreeMap<String, Object>();
      violations.forEach((host, violation) -> {
        times.put(host, violation.at().toString());
        causes.put(host, violation.what());
      });
      facts.put("violations", times);
      facts.put("violation_causes", causes);
    }
    return facts;
  }
}
