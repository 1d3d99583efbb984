package dev.deployclaw.container.watch;

import dev.deployclaw.core.runtime.HeartbeatAnswer;
import dev.deployclaw.core.runtime.HeartbeatAnswer.Point;
import dev.deployclaw.core.runtime.HeartbeatAnswer.State;
import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.NamedMembers.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How the enforcement points stand, and what is amiss about them. Any thread. */
final class Points {
  /** What nothing more is known of than that nothing is known. */
  private static final String ALL = "all";

  private Map<String, Standing> standing = Map.of();
  private String trouble = "";

  /** Whether a point, or all of them, stands worse than it was known to: worth a second look. */
  synchronized boolean worsens(HeartbeatAnswer answer) {
    return !answer.reason().isEmpty()
        ? trouble.isEmpty()
        : answer.points().stream().anyMatch(p -> bad(p.state()) && !known(p));
  }

  /** Takes in what was seen; who isn't among it any more is gone. */
  synchronized void see(HeartbeatAnswer answer, Instant at) {
    trouble = answer.reason();
    if (trouble.isEmpty()) {
      var next = new TreeMap<String, Standing>();
      answer.points().forEach(p -> next.put(p.member(), next(p, at)));
      standing = next;
    }
  }

  synchronized List<Standing> all() {
    return List.copyOf(standing.values());
  }

  /** Why nothing can be told; empty where it can. */
  synchronized String trouble() {
    return trouble;
  }

  /** One for each namespace and kind of trouble: its points share a rate limit service. */
  synchronized List<Condition> conditions() {
    var out = new ArrayList<Condition>();
    if (!trouble.isEmpty()) {
      String summary = "whether limits are enforced can't be told: " + trouble;
      out.add(new Condition(Kind.ENFORCEMENT_UNKNOWN, ALL, summary, List.of(), Map.of()));
    }
    byNamespace(State.NOT_ENFORCED)
        .forEach((namespace, bad) -> out.add(condition(Kind.NOT_ENFORCED, namespace, bad)));
    byNamespace(State.UNKNOWN)
        .forEach((namespace, bad) -> out.add(condition(Kind.ENFORCEMENT_UNKNOWN, namespace, bad)));
    return out;
  }

  private Standing next(Point point, Instant at) {
    var before = Optional.ofNullable(standing.get(point.member()));
    if (point.state() == State.CHANGING && before.isPresent()) {
      return before.get();
    }
    var since = before.filter(b -> b.state() == point.state()).map(Standing::since).orElse(at);
    long micros = point.micros() > 0 ? point.micros() : before.map(Standing::micros).orElse(0L);
    return new Standing(
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

  /** Without those that this agent may not see: see {@link DeniedAccess}. */
  private Map<String, List<Standing>> byNamespace(State state) {
    return standing.values().stream()
        .filter(s -> s.state() == state && !s.denied())
        .collect(Collectors.groupingBy(Standing::namespace, TreeMap::new, Collectors.toList()));
  }

  private Condition condition(Kind kind, String namespace, List<Standing> bad) {
    long of = standing.values().stream().filter(s -> s.namespace().equals(namespace)).count();
    String what =
        kind == Kind.NOT_ENFORCED ? "NOT_ENFORCED" : "not known whether limits are enforced";
    String summary =
        "%s: %d of %d enforcement points of %s: %s"
            .formatted(what, bad.size(), of, namespace, named(bad));
    return new Condition(
        kind,
        namespace,
        summary,
        bad.stream().map(Standing::member).toList(),
        Map.of("points", bad.stream().map(Standing::toMap).toList()));
  }

  private static String named(Collection<Standing> bad) {
    return NamedMembers.listed(
        bad.stream()
            .map(s -> new Entry(s.member(), s.member() + " (" + s.reason() + ")", true))
            .toList());
  }

  private static boolean bad(State state) {
    return state == State.NOT_ENFORCED || state == State.UNKNOWN;
  }
}
