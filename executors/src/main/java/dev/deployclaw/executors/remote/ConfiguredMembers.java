package dev.deployclaw.executors.remote;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The members of a participant as far as the configuration names them: then its host can neither
 * invent one nor leave one out. A participant may also answer as a whole, by its own name, but then
 * it says no YES.
 *
 * @param participant which is also what the names of its members begin with
 * @param names empty where only the back end knows them: the primaries of a cluster of Redis
 */
record ConfiguredMembers(String participant, Optional<Set<String>> names) {
  /** Characters of what a host made up, in a reason. */
  private static final int MOST_SHOWN = 64;

  ConfiguredMembers {
    names = names.map(Set::copyOf);
  }

  /** Why an answer counts for nothing. */
  Optional<String> contradiction(List<MemberReport> reports) {
    var seen = new HashSet<String>();
    for (var report : reports) {
      String member = report.member();
      if (!isOwn(report)) {
        return Optional.of("answers for %s, which isn't of %s".formatted(cut(member), participant));
      }
      if (!seen.add(member) && !member.equals(participant)) {
        return Optional.of("answers twice for " + cut(member));
      }
    }
    return Optional.empty();
  }

  private boolean isOwn(MemberReport report) {
    String member = report.member();
    boolean whole = member.equals(participant);
    return names
        .map(known -> known.contains(member) || (whole && report.answer() != Answer.YES))
        .orElse(whole || member.startsWith(participant + "/"));
  }

  /** With those that are missing as unknown, unless the whole is open. */
  List<MemberReport> completed(List<MemberReport> reports) {
    var silent = new TreeSet<>(names.orElse(Set.of()));
    for (var report : reports) {
      if (report.member().equals(participant) && isOpen(report)) {
        return reports;
      }
      silent.remove(report.member());
    }
    var all = new ArrayList<>(reports);
    silent.forEach(m -> all.add(MemberReport.unknown(m, "the executor host leaves it out")));
    return all;
  }

  private static boolean isOpen(MemberReport report) {
    return report.answer() == Answer.NO || report.answer() == Answer.UNKNOWN;
  }

  static String cut(String text) {
    return text.substring(0, Math.min(text.length(), MOST_SHOWN));
  }
}
