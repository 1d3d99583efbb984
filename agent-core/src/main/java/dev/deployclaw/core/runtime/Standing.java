package dev.deployclaw.core.runtime;

import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.NamedMembers.Entry;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Members that don't hold, or don't act on, what is committed.
 *
 * @param amiss by member: what was found there
 * @param differences of what members that answered hold or act on, as compared
 * @param ahead members that are further than what is committed, with what was found
 * @param answered those of {@code amiss} that answered; the others are silent
 */
record Standing(
    SortedMap<String, String> amiss,
    List<String> differences,
    List<String> ahead,
    SortedSet<String> answered) {
  /** All is as it should be. */
  static final Standing WELL = new Standing(new TreeMap<>(), List.of(), List.of(), new TreeSet<>());

  /** The most members that one thought lists; counts beside them are whole. */
  static final int MOST_LISTED = 200;

  Standing {
    amiss = Collections.unmodifiableSortedMap(new TreeMap<>(amiss));
    differences = List.copyOf(differences);
    ahead = List.copyOf(ahead);
    answered = Collections.unmodifiableSortedSet(new TreeSet<>(answered));
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
    var answered = new TreeSet<String>();
    drift.forEach(d -> add(amiss, d.member(), d.kind().word() + ", " + d.detail()));
    drift.stream().filter(d -> d.kind().seen()).map(Discrepancy::member).forEach(answered::add);
    for (var tally : List.of(acting, staged)) {
      tally
          .with(Answer.NO, Answer.UNKNOWN)
          .forEach((Report r) -> add(amiss, r.member(), r.reason()));
      tally.with(Answer.NO).stream()
          .filter(r -> !r.denied())
          .map(Report::member)
          .forEach(answered::add);
    }
    var ahead =
        drift.stream()
            .filter(d -> d.kind() == Discrepancy.Kind.AHEAD)
            .map(Discrepancy::text)
            .toList();
    var differences =
        drift.stream().filter(d -> d.kind().seen()).map(Discrepancy::text).sorted().toList();
    return new Standing(amiss, differences, ahead, answered);
  }

  /** The same, and why members that are still amiss refused what was published to them. */
  Standing refusing(Tally published) {
    var refusals = published.with(Answer.NO).stream().filter(r -> amiss.containsKey(r.member()));
    var reasons = new TreeMap<>(amiss);
    var answers = new TreeSet<>(answered);
    refusals.forEach(r -> {
      reasons.put(r.member(), "refused it, " + r.reason());
      add(reasons, r.member(), amiss.getOrDefault(r.member(), ""));
      answers.add(r.member());
    });
    return new Standing(reasons, differences, ahead, answers);
  }

  /** Whether one of them answered; else all that is amiss is silence. */
  boolean refused() {
    return !answered.isEmpty();
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

  /** For a record; those that answered first. */
  List<String> listed() {
    return Stream.concat(
            amiss.entrySet().stream().filter(m -> answered.contains(m.getKey())),
            amiss.entrySet().stream().filter(m -> !answered.contains(m.getKey())))
        .limit(MOST_LISTED)
        .map(Standing::text)
        .toList();
  }

  String sentence() {
    return NamedMembers.listed(
        amiss.entrySet().stream()
            .map(m -> new Entry(m.getKey(), text(m), answered.contains(m.getKey())))
            .toList());
  }

  private static String text(Map.Entry<String, String> member) {
    return member.getKey() + ": " + member.getValue();
  }

  /** What several looks say of one member stands beside each other, each once. */
  private static void add(SortedMap<String, String> amiss, String member, String found) {
    amiss.merge(member, found, (there, more) -> there.contains(more) ? there : there + "; " + more);
  }
}
