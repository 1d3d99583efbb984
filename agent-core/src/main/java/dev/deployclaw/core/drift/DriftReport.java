package dev.deployclaw.core.drift;

import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberPhrases.Entry;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
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
 * @param differing by member: what was found there
 * @param differences of what members that answered hold or act on, as compared
 * @param ahead members that are further than what is committed, with what was found
 * @param answered those of {@code differing} that answered; the others are silent
 */
public record DriftReport(
    SortedMap<String, String> differing,
    List<String> differences,
    List<String> ahead,
    SortedSet<String> answered) {
  /** All is as it should be. */
  public static final DriftReport WELL =
      new DriftReport(new TreeMap<>(), List.of(), List.of(), new TreeSet<>());

  /** The most members that one thought lists; counts beside them are whole. */
  public static final int MOST_LISTED = 200;

  public DriftReport {
    differing = Collections.unmodifiableSortedMap(new TreeMap<>(differing));
    differences = List.copyOf(differences);
    ahead = List.copyOf(ahead);
    answered = Collections.unmodifiableSortedSet(new TreeSet<>(answered));
  }

  /** Where nothing is managed: members that still act on a former epoch. */
  public static DriftReport of(List<Discrepancy> unrestored) {
    var nothing = new ParticipantReplies(new TreeMap<>());
    return of(unrestored, nothing, nothing);
  }

  /**
   * @param staged what members said of the rules or files that they hold
   * @param acting what they said of what they act on
   */
  public static DriftReport of(
      List<Discrepancy> drift, ParticipantReplies staged, ParticipantReplies acting) {
    var differing = new TreeMap<String, String>();
    var answered = new TreeSet<String>();
    drift.forEach(d -> add(differing, d.member(), d.kind().word() + ", " + d.detail()));
    drift.stream().filter(d -> d.kind().seen()).map(Discrepancy::member).forEach(answered::add);
    for (var replies : List.of(acting, staged)) {
      replies
          .with(Answer.NO, Answer.UNKNOWN)
          .forEach((MemberReport r) -> add(differing, r.member(), r.reason()));
      replies.with(Answer.NO).stream()
          .filter(r -> !r.denied())
          .map(MemberReport::member)
          .forEach(answered::add);
    }
    var ahead =
        drift.stream()
            .filter(d -> d.kind() == Discrepancy.Kind.AHEAD)
            .map(Discrepancy::text)
            .toList();
    var differences =
        drift.stream().filter(d -> d.kind().seen()).map(Discrepancy::text).sorted().toList();
    return new DriftReport(differing, differences, ahead, answered);
  }

  /** The same, and why members that still differ refused what was published to them. */
  public DriftReport refusing(ParticipantReplies published) {
    var refusals =
        published.with(Answer.NO).stream().filter(r -> differing.containsKey(r.member()));
    var reasons = new TreeMap<>(differing);
    var answers = new TreeSet<>(answered);
    refusals.forEach(r -> {
      reasons.put(r.member(), "refused it, " + r.reason());
      add(reasons, r.member(), differing.getOrDefault(r.member(), ""));
      answers.add(r.member());
    });
    return new DriftReport(reasons, differences, ahead, answers);
  }

  /** Whether one of them answered; else no member that differs did. */
  public boolean refused() {
    return !answered.isEmpty();
  }

  public boolean well() {
    return differing.isEmpty();
  }

  /** To whom something is to be published again. */
  public List<String> participants() {
    SortedSet<String> names = new TreeSet<>();
    differing
        .keySet()
        .forEach(m -> names.add(m.contains("/") ? m.substring(0, m.indexOf('/')) : m));
    return List.copyOf(names);
  }

  /** For a record; those that answered first. */
  public List<String> listed() {
    return Stream.concat(
            differing.entrySet().stream().filter(m -> answered.contains(m.getKey())),
            differing.entrySet().stream().filter(m -> !answered.contains(m.getKey())))
        .limit(MOST_LISTED)
        .map(DriftReport::text)
        .toList();
  }

  public String sentence() {
    return MemberPhrases.listed(
        differing.entrySet().stream()
            .map(m -> new Entry(m.getKey(), text(m), answered.contains(m.getKey())))
            .toList());
  }

  private static String text(Map.Entry<String, String> member) {
    return member.getKey() + ": " + member.getValue();
  }

  /** What several looks say of one member stands beside each other, each once. */
  private static void add(SortedMap<String, String> differing, String member, String found) {
    differing.merge(
        member, found, (there, more) -> there.contains(more) ? there : there + "; " + more);
  }
}
