package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import dev.deployclaw.lab.judge.EstateJudge.ReadCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** What all trials came to. For several threads. */
public final class CampaignSummary {
  private static final double MILLIS = 1_000;

  private final List<TrialOutcome> outcomes = new ArrayList<>();
  private int moves;
  private int checkpoints;
  private long messages;

  synchronized void add(TrialOutcome outcome) {
    outcomes.add(outcome);
  }

  synchronized void seen(ReadCounts seen) {
    moves += seen.moves();
    checkpoints += seen.checkpoints();
    messages += seen.messages();
  }

  public synchronized int trials() {
    return outcomes.size();
  }

  public synchronized int kills() {
    return outcomes.stream().mapToInt(TrialOutcome::kills).sum();
  }

  public synchronized long endings(Ending ending) {
    return outcomes.stream().filter(o -> o.ending() == ending).count();
  }

  public synchronized List<String> violations() {
    return outcomes.stream()
        .flatMap(o -> o.wrong().stream().map(w -> o.trial() + ", " + o.where() + ": " + w))
        .toList();
  }

  public synchronized List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add("%-36s %7s %7s %7s %7s".formatted("disturbed", "trials", "kills", "new", "old"));
    var byWhere = new TreeMap<String, List<TrialOutcome>>();
    outcomes.forEach(o ->
        byWhere
            .computeIfAbsent(o.trial().kind().word() + ": " + o.where(), _ -> new ArrayList<>())
            .add(o));
    byWhere.forEach((where, of) -> lines.add(line(where, of)));
    lines.add(line("all", outcomes));
    lines.add(
        "time to recover, of %d: p50 %s, p99 %s, max %s"
            .formatted(recoveries().size(), quantile(0.5), quantile(0.99), quantile(1)));
    if (moves > 0) {
      lines.add(judged());
    }
    lines.add("violations: " + violations().size());
    return lines;
  }

  private String judged() {
    return "judged: %d moves of changes, %d checkpoints, %d messages of the stream"
        .formatted(moves, checkpoints, messages);
  }

  private static String line(String where, List<TrialOutcome> of) {
    return "%-36s %7d %7d %7d %7d"
        .formatted(
            where,
            of.size(),
            of.stream().mapToInt(TrialOutcome::kills).sum(),
            of.stream().filter(o -> o.ending() == Ending.NEW).count(),
            of.stream().filter(o -> o.ending() == Ending.OLD).count());
  }

  private List<Duration> recoveries() {
    return outcomes.stream().flatMap(o -> o.recovery().stream()).sorted().toList();
  }

  /** Nearest rank. */
  private String quantile(double q) {
    var sorted = recoveries();
    if (sorted.isEmpty()) {
      return "-";
    }
    int rank = Math.max(1, (int) Math.ceil(q * sorted.size()));
    return String.format(Locale.ROOT, "%.1f s", sorted.get(rank - 1).toMillis() / MILLIS);
  }
}
