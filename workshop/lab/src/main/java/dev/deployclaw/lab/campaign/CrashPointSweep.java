package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.disturbance.TrialEstate;
import dev.deployclaw.lab.campaign.disturbance.TrialRunner;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.CrashPoint;
import dev.deployclaw.lab.campaign.trial.CrashPoints;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One task killed at each of its calls in turn, before it and after it: as many kills as points, or
 * it is no walk.
 *
 * @param points that an undisturbed task comes by, two for each call
 * @param outcomes of those that were tried, up to the first violation
 */
record CrashPointSweep(AgentTask task, List<CrashPoint> points, List<TrialOutcome> outcomes) {
  private static final double MILLIS = 1_000;

  CrashPointSweep {
    points = List.copyOf(points);
    outcomes = List.copyOf(outcomes);
  }

  /** Walks by all calls of a task. */
  static CrashPointSweep by(AgentTask task, TrialEstate site, Consumer<String> progress)
      throws IOException, InterruptedException {
    site.settle();
    var dry = site.dry(task);
    var points = CrashPoints.of(Map.of(task, dry.calls()));
    return over(points.all(), new TrialRunner(site, points, dry.took()), progress);
  }

  /** Walks by these points of one task. */
  static CrashPointSweep over(
      List<CrashPoint> points, TrialRunner course, Consumer<String> progress)
      throws InterruptedException {
    var outcomes = new ArrayList<TrialOutcome>();
    for (int i = 0; i < points.size(); i++) {
      var outcome = course.at(points.get(i), new CampaignTrial(0, i, TrialKind.STEP));
      outcomes.add(outcome);
      progress.accept(points.get(i) + ": " + outcome.told());
      if (!outcome.wrong().isEmpty()) {
        break;
      }
    }
    return new CrashPointSweep(points.getFirst().task(), points, outcomes);
  }

  int kills() {
    return outcomes.stream().mapToInt(TrialOutcome::kills).sum();
  }

  /** What was violated; a point at which nobody was killed is a violation, too. */
  List<String> violations() {
    var violations = new ArrayList<String>();
    for (int i = 0; i < outcomes.size(); i++) {
      var at = points.get(i);
      outcomes.get(i).wrong().forEach(wrong -> violations.add(at + ": " + wrong));
      if (outcomes.get(i).kills() != 1) {
        violations.add(at + ": the agent never reached it");
      }
    }
    if (outcomes.size() < points.size()) {
      violations.add(points.size() - outcomes.size() + " points were not tried");
    }
    return violations;
  }

  String line() {
    var longest =
        outcomes.stream()
            .flatMap(o -> o.recovery().stream())
            .max(Comparator.naturalOrder())
            .orElse(Duration.ZERO);
    return "%s: %d calls, each killed before and after it: %d kills, %d all new, %d all old, longest recovery %.1f s"
        .formatted(
            task.word(),
            points.size() / 2,
            kills(),
            endings(Ending.NEW),
            endings(Ending.OLD),
            longest.toMillis() / MILLIS);
  }

  long endings(Ending ending) {
    return outcomes.stream().filter(o -> o.ending() == ending).count();
  }
}
