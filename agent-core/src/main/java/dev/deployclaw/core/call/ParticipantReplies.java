package dev.deployclaw.core.call;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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
public record ParticipantReplies(SortedMap<String, List<MemberReport>> reports) {

  public static ParticipantReplies of(Map<String, CallOutcome> outcomes) {
    var reports = new TreeMap<String, List<MemberReport>>();
    outcomes.forEach((name, outcome) -> reports.put(name, reports(name, outcome)));
    return new ParticipantReplies(reports);
  }

  /** These replies with what some participants answered to a later call. */
  public ParticipantReplies updated(ParticipantReplies later) {
    var all = new TreeMap<>(reports);
    all.putAll(later.reports);
    return new ParticipantReplies(all);
  }

  /** As answers to looks: see {@link MemberReport#asLook}. */
  public ParticipantReplies asLooks() {
    return each((_, r) -> r.asLook());
  }

  /** What one participant's members answered; nothing where it wasn't asked. */
  public ParticipantReplies only(String participant) {
    var all = new TreeMap<>(reports);
    all.keySet().retainAll(List.of(participant));
    return new ParticipantReplies(all);
  }

  /** The same with each answer replaced, by its participant. */
  public ParticipantReplies each(BiFunction<String, MemberReport, MemberReport> replaced) {
    var all = new TreeMap<String, List<MemberReport>>();
    reports.forEach((name, members) ->
        all.put(name, members.stream().map(r -> replaced.apply(name, r)).toList()));
    return new ParticipantReplies(all);
  }

  /**
   * These replies, where a member that is open, and says to another question that it needs nothing
   * or is there already, counts as that. A participant that answered as a whole, for all its
   * members, is replaced by what they say one by one.
   *
   * @param whom by name
   */
  ParticipantReplies settledBy(ParticipantReplies other, Predicate<String> whom) {
    var all = new TreeMap<>(reports);
    other.reports.forEach((name, members) ->
        all.computeIfPresent(name, (_, said) -> settled(name, said, members, whom)));
    return new ParticipantReplies(all);
  }

  private static List<MemberReport> settled(
      String name, List<MemberReport> said, List<MemberReport> other, Predicate<String> whom) {
    boolean whole = said.size() == 1 && said.getFirst().member().equals(name) && whom.test(name);
    if (whole && other.stream().noneMatch(ParticipantReplies::open)) {
      return other;
    }
    var closed =
        other.stream()
            .filter(r -> !open(r) && whom.test(r.member()))
            .collect(Collectors.toMap(MemberReport::member, r -> r, (first, _) -> first));
    return said.stream().map(r -> open(r) ? closed.getOrDefault(r.member(), r) : r).toList();
  }

  public List<MemberReport> all() {
    return reports.values().stream().flatMap(Collection::stream).toList();
  }

  public List<MemberReport> with(Answer... answers) {
    var wanted = Set.of(answers);
    return all().stream().filter(r -> wanted.contains(r.answer())).toList();
  }

  public boolean allYes() {
    return with(Answer.NO).isEmpty() && with(Answer.UNKNOWN).isEmpty();
  }

  /** Participants with a member that did not say yes. */
  public List<String> unfinished() {
    return participants(ParticipantReplies::open);
  }

  public List<String> answering(Answer answer) {
    return participants(r -> r.answer() == answer);
  }

  /** How many members of a participant said yes. */
  public int yes(String participant) {
    return (int)
        reports.getOrDefault(participant, List.of()).stream()
            .filter(r -> r.answer() == Answer.YES)
            .count();
  }

  /** "6/6 redis nodes, 47/47 gateways"; a member that had nothing to do isn't counted. */
  public String counts() {
    List<String> out = new ArrayList<>();
    reports.forEach((name, members) -> {
      if (members.stream().anyMatch(r -> r.answer() != Answer.SKIPPED)) {
        out.add(count(name, members));
      }
    });
    return String.join(", ", out);
  }

  /** The members of some answers, each with its reason; those that decide come first. */
  public String named(Answer... answers) {
    return MemberPhrases.sentence(with(answers));
  }

  /** All that is open, each with its reason; those that decide come first. */
  public String pending() {
    return named(Answer.NO, Answer.UNKNOWN);
  }

  public List<String> members(Answer... answers) {
    return with(answers).stream().map(MemberReport::member).toList();
  }

  /** The same, but a refusal has the reason of an earlier one of that member beside its own. */
  ParticipantReplies because(ParticipantReplies earlier) {
    var reasons = new TreeMap<String, String>();
    earlier.with(Answer.NO).forEach(r -> reasons.putIfAbsent(r.member(), r.reason()));
    return each((_, r) -> because(r, reasons));
  }

  private static MemberReport because(MemberReport report, Map<String, String> reasons) {
    String why = reasons.getOrDefault(report.member(), "");
    boolean says = why.isEmpty() || report.reason().contains(why);
    return report.answer() != Answer.NO || says
        ? report
        : new MemberReport(
            report.member(),
            Answer.NO,
            report.digest(),
            why + "; " + report.reason(),
            report.facts());
  }

  /** SHA-256 over who said what about which digest. */
  public String digest() {
    List<Object> votes = new ArrayList<>();
    for (var r : all()) {
      votes.add(List.of(r.member(), r.answer().name(), r.digest()));
    }
    return CanonicalJson.sha256(CanonicalJson.bytes(votes));
  }

  /** The epochs that these members say they act on. */
  NavigableSet<Long> epochs(Set<String> of) {
    return all().stream()
        .filter(r -> of.contains(r.member()))
        .map(r -> r.facts().get("epoch"))
        .filter(Number.class::isInstance)
        .map(e -> ((Number) e).longValue())
        .filter(e -> e > 0)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  List<String> participants(Predicate<MemberReport> member) {
    return reports.entrySet().stream()
        .filter(e -> e.getValue().stream().anyMatch(member))
        .map(Map.Entry::getKey)
        .toList();
  }

  public static boolean open(MemberReport r) {
    return r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN;
  }

  private static String count(String name, List<MemberReport> members) {
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
  private static String pods(List<MemberReport> members) {
    long pods =
        members.stream()
            .filter(r -> r.answer() == Answer.YES)
            .map(r -> r.facts().get("pods"))
            .filter(Number.class::isInstance)
            .mapToLong(n -> ((Number) n).longValue())
            .sum();
    return pods == 0 ? "" : " with " + pods + " pods";
  }

  private static List<MemberReport> reports(String name, CallOutcome outcome) {
    return switch (outcome) {
      case CallOutcome.Done done ->
          done.reports().isEmpty()
              ? List.of(MemberReport.unknown(name, "no member of it answered"))
              : done.reports();
      case CallOutcome.Failed failed -> List.of(failed.report(name));
    };
  }
}
