package dev.deployclaw.container.monitor;

import dev.deployclaw.core.change.probe.HeartbeatReport;
import dev.deployclaw.core.change.probe.HeartbeatReport.Point;
import dev.deployclaw.core.change.probe.HeartbeatReport.State;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberPhrases.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How the enforcement points stand, and what is wrong about them. Any thread. */
final class EnforcementPointStates {
  /** What nothing more is known of than that nothing is known. */
  private static final String ALL = "all";

  private Map<String, EnforcementPointStatus> standing = Map.of();
  private String trouble = "";

  /** Whether a point, or all of them, stands worse than it was known to: worth a second look. */
  synchronized boolean worsens(HeartbeatReport answer) {
    return !answer.reason().isEmpty()
        ? trouble.isEmpty()
        : answer.points().stream().anyMatch(p -> bad(p.state()) && !known(p));
  }

  /** Takes in what was seen; who isn't among it any more is gone. */
  synchronized void see(HeartbeatReport answer, Instant at) {
    trouble = answer.reason();
    if (trouble.isEmpty()) {
      var next = new TreeMap<String, EnforcementPointStatus>();
      answer.points().forEach(p -> next.put(p.member(), next(p, at)));
      standing = next;
    }
  }

  synchronized List<EnforcementPointStatus> all() {
    return List.copyOf(standing.values());
  }

  /** Why nothing can be told; empty where it can. */
  synchronized String trouble() {
    return trouble;
  }

  /** One for each namespace and kind of trouble: its points share a rate limit service. */
  synchronized List<AlertCondition> conditions() {
    var out = new ArrayList<AlertCondition>();
    if (!trouble.isEmpty()) {
      String summary = "it is unknown whether limits are enforced: " + trouble;
      out.add(new AlertCondition(AlertKind.ENFORCEMENT_UNKNOWN, ALL, summary, List.of(), Map.of()));
    }
    byNamespace(State.NOT_ENFORCED)
        .forEach((namespace, bad) -> out.add(condition(AlertKind.NOT_ENFORCED, namespace, bad)));
    byNamespace(State.UNKNOWN)
        .forEach(
            (namespace, bad) -> out.add(condition(AlertKind.ENFORCEMENT_UNKNOWN, namespace, bad)));
    return out;
  }

  private EnforcementPointStatus next(Point point, Instant at) {
    var before = Optional.ofNullable(standing.get(point.member()));
    if (point.state() == State.CHANGING && before.isPresent()) {
      return before.get();
    }
    var since =
        before
            .filter(b -> b.state() == point.state())
            .map(EnforcementPointStatus::since)
            .orElse(at);
    long micros =
        point.micros() > 0 ? point.micros() : before.map(EnforcementPointStatus::micros).orElse(0L);
    return new EnforcementPointStatus(
        point.member(),
        point.namespace(),
        point.state(),
        point.reason(),
        since,
        micros,
        point.denied());
  }

  private boolean known(Point point) {
    var before = standing.get(point.member());
    return before != null && before.state() == point.state();
  }

  /** Without those that this agent may not see: see {@link DeniedAccessAlerts}. */
  private Map<String, List<EnforcementPointStatus>> byNamespace(State state) {
    return standing.values().stream()
        .filter(s -> s.state() == state && !s.denied())
        .collect(
            Collectors.groupingBy(
                EnforcementPointStatus::namespace, TreeMap::new, Collectors.toList()));
  }

  private AlertCondition condition(
      AlertKind kind, String namespace, List<EnforcementPointStatus> bad) {
    long of = standing.values().stream().filter(s -> s.namespace().equals(namespace)).count();
    String what =
        kind == AlertKind.NOT_ENFORCED ? "NOT_ENFORCED" : "unknown whether limits are enforced";
    String summary =
        "%s: %d of %d enforcement points of %s: %s"
            .formatted(what, bad.size(), of, namespace, named(bad));
    return new AlertCondition(
        kind,
        namespace,
        summary,
        bad.stream().map(EnforcementPointStatus::member).toList(),
        Map.of("points", bad.stream().map(EnforcementPointStatus::toMap).toList()));
  }

  private static String named(Collection<EnforcementPointStatus> bad) {
    return MemberPhrases.listed(
        bad.stream()
            .map(s -> new Entry(s.member(), s.member() + " (" + s.reason() + ")", true))
            .toList());
  }

  private static boolean bad(State state) {
    return state == State.NOT_ENFORCED || state == State.UNKNOWN;
  }
}
