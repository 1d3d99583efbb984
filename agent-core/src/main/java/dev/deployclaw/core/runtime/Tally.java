package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.policy.json.Canonical;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What all participants' members answered to one call. A participant that failed as a whole counts
 * as one member of its own name, and so does one of which no member answered: that nobody said no
 * is no yes. A participant that isn't there says so by {@code SKIPPED}.
 *
 * @param reports by participant
 */
record Tally(SortedMap<String, List<Report>> reports) {

  static Tally of(Map<String, Outcome> outcomes) {
    var reports = new TreeMap<String, List<Report>>();
    outcomes.forEach((name, outcome) -> reports.put(name, reports(name, outcome)));
    return new Tally(reports);
  }

  /** This tally with what some participants answered to a later call. */
  Tally updated(Tally later) {
    var all = new TreeMap<>(reports);
    all.putAll(later.reports);
    return new Tally(all);
  }

  /** As answers to looks: see {@link Report#asLook}. */
  Tally asLooks() {
    return each((_, r) -> r.asLook());
  }

  /** What one participant's members answered; nothing where it wasn't asked. */
  Tally only(String participant) {
    var all = new TreeMap<>(reports);
    all.keySet().retainAll(List.of(participant));
    return new Tally(all);
  }

  /** The same with each answer replaced, by its participant. */
  Tally each(BiFunction<String, Report, Report> replaced) {
    var all = new TreeMap<String, List<Report>>();
    reports.forEach((name, members) ->
        all.put(name, members.stream().map(r -> replaced.apply(name, r)).toList()));
    return new Tally(all);
  }

  /**
   * This tally, where who is open, and says to another question that it needs nothing or is there
   * already, counts as that. A participant that answered as a whole, for all its members, is
   * replaced by what they say one by one.
   *
   * @param whom by name
   */
  Tally settledBy(Tally other, Predicate<String> whom) {
    var all = new TreeMap<>(reports);
    other.reports.forEach((name, members) ->
        all.computeIfPresent(name, (_, said) -> settled(name, said, members, whom)));
    return new Tally(all);
  }

  private static List<Report> settled(
      String name, List<Report> said, List<Report> other, Predicate<String> whom) {
    boolean whole = said.size() == 1 && said.getFirst().member().equals(name) && whom.test(name);
    if (whole && other.stream().noneMatch(Tally::open)) {
      return other;
    }
    var closed =
        other.stream()
            .filter(r -> !open(r) && whom.test(r.member()))
            .collect(Collectors.toMap(Report::member, r -> r, (first, _) -> first));
    return said.stream().map(r -> open(r) ? closed.getOrDefault(r.member(), r) : r).toList();
  }

  List<Report> all() {
    return reports.values().stream().flatMap(Collection::stream).toList();
  }

  List<Report> with(Answer... answers) {
    var wanted = Set.of(answers);
    return all().stream().filter(r -> wanted.contains(r.answer())).toList();
  }

  boolean allYes() {
    return with(Answer.NO).isEmpty() && with(Answer.UNKNOWN).isEmpty();
  }

  /** Participants with a member that did not say yes. */
  List<String> unfinished() {
    return participants(Tally::open);
  }

  /** Participants with a member of an answer. */
  List<String> answering(Answer answer) {
    return participants(r -> r.answer() == answer);
  }

  /** How many members of a participant said yes. */
  int yes(String participant) {
    return (int)
        reports.getOrDefault(participant, List.of()).stream()
            .filter(r -> r.answer() == Answer.YES)
            .count();
  }

  /** "6/6 redis nodes, 47/47 gateways"; whoever had nothing to do isn't counted. */
  String counts() {
    List<String> out = new ArrayList<>();
    reports.forEach((name, members) -> {
      if (members.stream().anyMatch(r -> r.answer() != Answer.SKIPPED)) {
        out.add(count(name, members));
      }
    });
    return String.join(", ", out);
  }

  /** The members of some answers, each with its reason; those that decide come first. */
  String named(Answer... answers) {
    return NamedMembers.sentence(with(answers));
  }

  /** All that is open, each with its reason; those that decide come first. */
  String pending() {
    return named(Answer.NO, Answer.UNKNOWN);
  }

  List<String> members(Answer... answers) {
    return with(answers).stream().map(Report::member).toList();
  }

  /** The same, but a refusal has the reason of an earlier one of that member beside its own. */
  Tally because(Tally earlier) {
    var reasons = new TreeMap<String, String>();
    earlier.with(Answer.NO).forEach(r -> reasons.putIfAbsent(r.member(), r.reason()));
    return each((_, r) -> because(r, reasons));
  }

  private static Report because(Report report, Map<String, String> reasons) {
    String why = reasons.getOrDefault(report.member(), "");
    boolean says = why.isEmpty() || report.reason().contains(why);
    return report.answer() != Answer.NO || says
        ? report
        : new Report(
            report.member(),
            Answer.NO,
            report.digest(),
            why + "; " + report.reason(),
            report.facts());
  }

  /** SHA-256 over who said what about which digest. */
  String digest() {
    List<Object> votes = new ArrayList<>();
    for (var r : all()) {
      votes.add(List.of(r.member(), r.answer().name(), r.digest()));
    }
    return Canonical.sha256(Canonical.bytes(votes));
  }

  /** Participants with such a member. */
  List<String> participants(Predicate<Report> member) {
    return reports.entrySet().stream()
        .filter(e -> e.getValue().stream().anyMatch(member))
        .map(Map.Entry::getKey)
        .toList();
  }

  static boolean open(Report r) {
    return r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN;
  }

  private static String count(String name, List<Report> members) {
    long yes = members.stream().filter(r -> r.answer() == Answer.YES).count();
    long of = members.stream().filter(r -> r.answer() != Answer.SKIPPED).count();
    String noun =
        switch (name) {
          case "redis" -> "redis nodes";
          case "etcd" -> "policy store";
          case "gateway" -> "gateways";
          case "ratelimit" -> "rate limit services";
          case "configuration" -> "configuration stores";
          default -> name;
        };
    return yes + "/" + of + " " + noun + pods(members);
  }

  /** How many pods stand behind the members that said yes. */
  private static String pods(List<Report> members) {
    long pods =
        members.stream()
            .filter(r -> r.answer() == Answer.YES)
            .map(r -> r.facts().get("pods"))
            .filter(Number.class::isInstance)
            .mapToLong(n -> ((Number) n).longValue())
            .sum();
    return pods == 0 ? "" : " with " + pods + " pods";
  }

  private static List<Report> reports(String name, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done done ->
          done.reports().isEmpty()
              ? List.of(Report.unknown(name, "no member of it answered"))
              : done.reports();
      case Outcome.Failed failed -> List.of(failed.report(name));
    };
  }
}
