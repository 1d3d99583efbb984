package dev.deployclaw.core.runtime;

import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who doesn't hold, or doesn't act on, what is committed.
 *
 * @param amiss by member: what was found there
 * @param differences of what members that answered hold or act on, as compared
 * @param ahead members that are further than what is committed, with what was found
 * @param refused whether one of them answered; else all that is amiss is silence
 */
record Standing(
    SortedMap<String, String> amiss,
    List<String> differences,
    List<String> ahead,
    boolean refused) {
  /** The most members that one thought lists; counts beside them are whole. */
  static final int MOST_LISTED = 200;

  private static final int MOST_NAMED = 5;

  Standing {
    amiss = Collections.unmodifiableSortedMap(new TreeMap<>(amiss));
    differences = List.copyOf(differences);
    ahead = List.copyOf(ahead);
  }

  /** Where nothing is managed: members that still act on a former epoch. */
  static Standing of(List<Discrepancy> unrestored) {
    var nothing = new Tally(new TreeMap<>());
    return of(unrestored, nothing, nothing);
  }

  /**
   * @param staged what members said of the rules or files that they hold
   * @param acting what they said of what they act on
   */
  static Standing of(List<Discrepancy> drift, Tally staged, Tally acting) {
    var amiss = new TreeMap<String, String>();
    drift.forEach(d -> add(amiss, d.member(), d.kind().word() + ", " + d.detail()));
    boolean refused = drift.stream().anyMatch(d -> d.kind() != Discrepancy.Kind.UNREACHABLE);
    for (var tally : List.of(acting, staged)) {
      refused |= !tally.with(Answer.NO).isEmpty();
      tally.all().stream()
          .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
          .forEach((Report r) -> add(amiss, r.member(), r.reason()));
    }
    var ahead =
        drift.stream()
            .filter(d -> d.kind() == Discrepancy.Kind.AHEAD)
            .map(Discrepancy::text)
            .toList();
    var differences =
        drift.stream()
            .filter(d -> d.kind() != Discrepancy.Kind.UNREACHABLE)
            .map(Discrepancy::text)
            .sorted()
            .toList();
    return new Standing(amiss, differences, ahead, refused);
  }

  boolean well() {
    return amiss.isEmpty();
  }

  /** To whom something is to be published again. */
  List<String> participants() {
    SortedSet<String> names = new TreeSet<>();
    amiss.keySet().forEach(m -> names.add(m.contains("/") ? m.substring(0, m.indexOf('/')) : m));
    return List.copyOf(names);
  }

  /** For a record. */
  List<String> listed() {
    return amiss.entrySet().stream().limit(MOST_LISTED).map(Standing::text).toList();
  }

  /** The first by name, and how many more. */
  String sentence() {
    var first = amiss.entrySet().stream().limit(MOST_NAMED).map(Standing::text).toList();
    int more = amiss.size() - first.size();
    return String.join("; ", first) + (more > 0 ? "; and " + more + " more" : "");
  }

  static String named(List<String> members) {
    var first = members.stream().limit(MOST_NAMED).toList();
    int more = members.size() - first.size();
    return String.join(", ", first) + (more > 0 ? " and " + more + " more" : "");
  }

  private static String text(Map.Entry<String, String> member) {
    return member.getKey() + ": " + member.getValue();
  }

  /** What several looks say of one member stands beside each other, each once. */
  private static void add(SortedMap<String, String> amiss, String member, String found) {
    amiss.merge(member, found, (there, more) -> there.contains(more) ? there : there + "; " + more);
  }
}
