package dev.deployclaw.executors.probe;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.probe.ProbeSettings.Entrance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts what became of the synthetic requests, by entrance. Used by several threads. */
final class ProbeStatistics {
  private static final int MOST_NAMED = 3;

  private final Map<String, Point> points = new HashMap<>();
  private int repeated;
  private int unsent;

  /** What is known of one entrance. */
  private static final class Point {
    final List<Long> micros = new ArrayList<>();
    final List<String> deviations = new ArrayList<>();
    final List<String> undecided = new ArrayList<>();
    int allowed;
    int refused;
  }

  synchronized void asExpected(String entrance, boolean allowed, long micros) {
    var point = point(entrance);
    point.micros.add(micros);
    if (allowed) {
      point.allowed++;
    } else {
      point.refused++;
    }
  }

  synchronized void deviating(String entrance, String how) {
    point(entrance).deviations.add(how);
  }

  synchronized void undecided(String entrance, String why) {
    point(entrance).undecided.add(why);
  }

  synchronized void repeated() {
    repeated++;
  }

  /** Requests that would have told nothing after one before them went wrong. */
  synchronized void unsent(int requests) {
    unsent += requests;
  }

  synchronized Map<String, Object> facts() {
    var all = points.values();
    long[] micros =
        all.stream().flatMap(p -> p.micros.stream()).mapToLong(Long::longValue).sorted().toArray();
    int unexpected = all.stream().mapToInt(p -> p.deviations.size()).sum();
    int undecided = all.stream().mapToInt(p -> p.undecided.size()).sum();
    var facts = new TreeMap<String, Object>();
    facts.put("requests", micros.length + unexpected + undecided + repeated);
    facts.put("allowed", all.stream().mapToInt(p -> p.allowed).sum());
    facts.put("refused", all.stream().mapToInt(p -> p.refused).sum());
    facts.put("unexpected", unexpected);
    facts.put("undecided", undecided + unsent);
    facts.put("repeated", repeated);
    facts.put("p50_us", percentile(micros, 50));
    facts.put("p99_us", percentile(micros, 99));
    return facts;
  }

  synchronized MemberReport report(Entrance entrance, String digest) {
    var point = point(entrance.member());
    var facts = facts(point);
    if (!point.deviations.isEmpty()) {
      return report(entrance, MemberReport.Answer.NO, named(point.deviations), facts);
    }
    if (!point.undecided.isEmpty()) {
      return report(entrance, MemberReport.Answer.UNKNOWN, named(point.undecided), facts);
    }
    if (point.micros.isEmpty()) {
      return report(
          entrance, MemberReport.Answer.UNKNOWN, "no synthetic request was decided", facts);
    }
    return MemberReport.yes(entrance.member(), digest, facts);
  }

  private static MemberReport report(
      Entrance entrance, MemberReport.Answer answer, String reason, Map<String, Object> facts) {
    return new MemberReport(entrance.member(), answer, "", reason, facts);
  }

  private static Map<String, Object> facts(Point point) {
    long[] micros = point.micros.stream().mapToLong(Long::longValue).sorted().toArray();
    return Map.of(
        "requests", micros.length + point.deviations.size() + point.undecided.size(),
        "allowed", point.allowed,
        "refused", point.refused,
        "unexpected", point.deviations.size(),
        "undecided", point.undecided.size(),
        "p50_us", percentile(micros, 50),
        "p99_us", percentile(micros, 99));
  }

  private Point point(String entrance) {
    return points.computeIfAbsent(entrance, _ -> new Point());
  }

  private static String named(List<String> reasons) {
    String first = String.join("; ", reasons.stream().distinct().limit(MOST_NAMED).toList());
    long more = reasons.stream().distinct().count() - MOST_NAMED;
    return more > 0 ? first + "; and " + more + " more" : first;
  }

  /** The nearest rank, of sorted values; 0 of none. */
  static long percentile(long[] sorted, int percent) {
    int rank = Math.ceilDiv(sorted.length * percent, 100);
    return sorted.length == 0 ? 0 : sorted[Math.max(1, rank) - 1];
  }
}
