package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.audit.verify.LogVerifier;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.CrashPoint;
import dev.deployclaw.lab.campaign.trial.CrashPoints;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import dev.deployclaw.lab.judge.EstateJudge;
import dev.deployclaw.lab.judge.EstateJudge.Committed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The course of a trial: a task is disturbed, what broke is healed, an agent recovers, which may be
 * killed as well, and the judge looks at what came of it.
 *
 * @param usual how long a task takes from its first call to its end
 */
public record TrialRunner(TrialEstate site, CrashPoints points, Duration usual) {
  /** Of so many trials one kills what recovers, too. */
  private static final int DOUBLES = 3;

  private static final int MOST_RECOVERIES_KILLED = 2;

  /** What an act has to work with. */
  record TrialSetting(
      TrialEstate site,
      CrashPoints points,
      Duration usual,
      CampaignTrial trial,
      AgentTask task,
      RandomGenerator random) {}

  /** Kills of what recovers. */
  @FunctionalInterface
  private interface Again {
    int kills(TrialSetting setting) throws IOException, InterruptedException;
  }

  /** Never throws what a trial brought about: that is an outcome. */
  public TrialOutcome run(CampaignTrial trial) throws InterruptedException {
    var random = trial.random();
    var tasks = AgentTask.values();
    var task = tasks[random.nextInt(tasks.length)];
    var setting = new TrialSetting(site, points, usual, trial, task, random);
    return outcome(setting, act(trial.kind()), this::killRecoveries);
  }

  /** A trial whose agent is killed at a certain point, and what recovers it isn't. */
  public TrialOutcome at(CrashPoint point, CampaignTrial trial) throws InterruptedException {
    var setting = new TrialSetting(site, points, usual, trial, point.task(), trial.random());
    return outcome(setting, s -> AgentKills.at(point, s), _ -> 0);
  }

  private TrialOutcome outcome(TrialSetting setting, TrialDisturbance act, Again again)
      throws InterruptedException {
    var trial = setting.trial();
    try {
      site.tidy();
      return disturb(setting, act, again);
    } catch (IOException | IllegalStateException | UncheckedIOException e) {
      return new TrialOutcome(
          trial, "broken off", 0, Ending.OLD, Optional.empty(), List.of(String.valueOf(e)));
    }
  }

  private TrialOutcome disturb(TrialSetting s, TrialDisturbance act, Again again)
      throws IOException, InterruptedException {
    var before = site.judge().committed();
    var done = act.perform(s);
    if (s.trial().kind().breaks()) {
      site.heal();
    }
    var atKill = site.judge().committed();
    int kills = done.kills() + again.kills(s);
    long from = System.nanoTime();
    var recovered = site.run("recover", "--json");
    var took = Duration.ofNanos(System.nanoTime() - from);
    var after = site.judge().committed();
    var wrong = new ArrayList<String>();
    if (recovered.exit() != 0) {
      wrong.add("recovering ended with " + recovered.said());
    }
    if (!done.inFlight() && !atKill.candidate() && !atKill.equals(after)) {
      wrong.add("active moved after the kill, from " + atKill + " to " + after);
    }
    wrong.addAll(wrong(s.trial().kind()));
    if (s.trial().kind().moves() || s.trial().kind() == TrialKind.LIE) {
      wrong.addAll(LogVerifierFindings.wrong(site.config().stateDir().resolve("executions")));
    }
    if (s.trial().kind() == TrialKind.QUEUE) {
      wrong.addAll(LogVerifierFindings.wrong(site.stateElsewhere().resolve("executions")));
    }
    if (wrong.isEmpty()) {
      site.reject();
    }
    return new TrialOutcome(
        s.trial(), done.where(), kills, ending(before, after), Optional.of(took), wrong);
  }

  /**
   * What was away while old epochs were collected still has them, and what an agent staged that
   * woke up too late is there, until the next change.
   */
  private List<String> wrong(TrialKind kind) throws IOException, InterruptedException {
    var wrong = site.wrong();
    if (kind.leaves() && !wrong.isEmpty() && wrong.stream().allMatch(EstateJudge::leftover)) {
      TrialEstate.DryRun _ = site.dry(AgentTask.CHANGE);
      wrong = site.wrong();
    }
    return wrong;
  }

  private static Ending ending(Committed before, Committed after) {
    return before.digest().equals(after.digest()) ? Ending.OLD : Ending.NEW;
  }

  private int killRecoveries(TrialSetting s) throws IOException, InterruptedException {
    if (s.random().nextInt(DOUBLES) > 0) {
      return 0;
    }
    int kills = 0;
    int tries = 1 + s.random().nextInt(MOST_RECOVERIES_KILLED);
    for (int i = 0; i < tries; i++) {
      var point = points.recovering(s.task(), s.random());
      var attempt = site.agents().stopping(site.newFolder("recovery"), point, "recover", "--json");
      boolean reached = attempt.reached();
      kills += attempt.kill() && reached ? 1 : 0;
    }
    return kills;
  }

  private static TrialDisturbance act(TrialKind kind) {
    return switch (kind) {
      case STEP -> AgentKills::atStep;
      case INSTANT -> AgentKills::atInstant;
      case TORN -> AgentKills::tearing;
      case ROLLOUT -> AgentKills::byItsRollout;
      case MACHINE -> MachineLoss::another;
      case PAUSE -> AgentPauses::pastTheLease;
      case HOST -> HostFaults::atCall;
      case LIE -> HostLies::atCall;
      case QUEUE -> QueueFaults::atStage;
      case OUTAGE -> BackendOutages::outage;
      case LINK -> BackendOutages::link;
      case FAILOVER -> BackendOutages::failover;
      case DISK -> BackendOutages::fullDisk;
      case POD -> throw new IllegalArgumentException("a trial in pods has a course of its own");
    };
  }

  /**
   * What the product's own verifier says of a machine's latest logs. The judge looks at chains;
   * this looks at whether what they tell is by the rules.
   */
  private static final class LogVerifierFindings {
    /** More than a trial leaves. */
    private static final int LATEST = 6;

    private static final String LOG = ".jsonl";

    static List<String> wrong(Path executions) throws IOException {
      var wrong = new ArrayList<String>();
      for (var file : latest(executions)) {
        String name = file.getFileName().toString();
        String execution = name.substring(0, name.length() - LOG.length());
        var records =
            Files.readAllLines(file).stream()
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .toList();
        LogVerifier.records(execution, records)
            .forEach(f ->
                wrong.add(
                    "audit verify, %s, record %d: %s: %s"
                        .formatted(execution, f.seq(), f.word(), f.what())));
      }
      return wrong;
    }

    private static List<Path> latest(Path executions) throws IOException {
      try (var files = Files.list(executions)) {
        return files
            .filter(f -> f.toString().endsWith(LOG))
            .sorted(Comparator.comparingLong(f -> -f.toFile().lastModified()))
            .limit(LATEST)
            .toList();
      }
    }
  }

  /**
   * An agent that dies with its machine. Another one, with a state folder of its own, ends what the
   * first began; then the first machine is back.
   */
  private static final class MachineLoss {
    static DisturbanceResult another(TrialRunner.TrialSetting s)
        throws IOException, InterruptedException {
      var point = s.points().any(s.task(), s.random());
      var done = AgentKills.at(point, s);
      var recovered = s.site().runElsewhere("recover", "--json");
      if (recovered.exit() != 0) {
        throw new IllegalStateException("recovering on another machine " + recovered.said());
      }
      return new DisturbanceResult("its machine at " + point.name(), done.kills(), false);
    }
  }

  /** How a kind of trial disturbs a task. Afterwards no agent runs; what it broke may be broken. */
  @FunctionalInterface
  private interface TrialDisturbance {
    DisturbanceResult perform(TrialRunner.TrialSetting setting)
        throws IOException, InterruptedException;
  }
}
