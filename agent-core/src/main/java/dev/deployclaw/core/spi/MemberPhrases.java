package dev.deployclaw.core.spi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Members in a sentence, each with its reason, as many as a line can hold. Members that decide come
 * first, so that none of them is cut for one that doesn't: a refusal before silence, and a refusal
 * that waiting doesn't change before all. Beyond the first few a member that decides is still
 * named.
 */
public final class MemberPhrases {
  /** Named with their reasons. */
  public static final int MOST_EXPLAINED = 5;

  /** Named at all, if they decide. */
  public static final int MOST_NAMED = 20;

  /** The order of reports in everything that names members. */
  public static final Comparator<MemberReport> DECIDING_FIRST =
      Comparator.comparingInt(MemberPhrases::rank);

  private MemberPhrases() {}

  /**
   * One member.
   *
   * @param text with its reason
   * @param decides whether it is named wherever it comes in the list
   */
  public record Entry(String member, String text, boolean decides) {}

  public static String sentence(Collection<MemberReport> reports) {
    return listed(
        reports.stream()
            .sorted(DECIDING_FIRST)
            .map(r ->
                new Entry(
                    r.member(),
                    r.member() + ": " + r.reason(),
                    r.answer() == MemberReport.Answer.NO))
            .toList());
  }

  public static String names(List<String> members) {
    int more = members.size() - MOST_EXPLAINED;
    String first = String.join(", ", members.stream().limit(MOST_EXPLAINED).toList());
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /** In the order in which they are given, but those that decide come first. */
  public static String listed(List<Entry> entries) {
    var ordered =
        Stream.concat(
                entries.stream().filter(Entry::decides), entries.stream().filter(e -> !e.decides()))
            .toList();
    var parts = new ArrayList<>(ordered.stream().limit(MOST_EXPLAINED).map(Entry::text).toList());
    var named =
        ordered.stream()
            .limit(MOST_NAMED)
            .skip(MOST_EXPLAINED)
            .filter(Entry::decides)
            .map(Entry::member)
            .toList();
    if (!named.isEmpty()) {
      parts.add("also " + String.join(", ", named.stream().distinct().toList()));
    }
    int more = ordered.size() - Math.min(ordered.size(), MOST_EXPLAINED) - named.size();
    if (more > 0) {
      parts.add("and " + more + " more");
    }
    return String.join("; ", parts);
  }

  private static int rank(MemberReport report) {
    return switch (report.answer()) {
      case NO -> report.stuck() ? 0 : 1;
      case UNKNOWN -> 2;
      case SKIPPED -> 3;
      case YES -> 4;
    };
  }
}
