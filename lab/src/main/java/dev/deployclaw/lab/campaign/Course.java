package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.Outcome.Ending;
import dev.deployclaw.lab.judge.Judge;
import dev.deployclaw.lab.judge.Judge.Committed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The course of a trial: a task is disturbed, what broke is healed, an agent recovers, which may be
 * killed as well, and the judge looks at what came of it.
 *
 * @param usual how long a task takes from its first call to its end
 */
record Course(Site site, Points points, Duration usual) {
  /** Of so many trials one kills what recovers, too. */
  private static final int DOUBLES = 3;

  private static final int MOST_RECOVERIES_KILLED = 2;

  /** What an act has to work with. */
  record Setting(
      Site site, Points points, Duration usual, Trial trial, Task task, RandomGenerator random) {}

  /** Kills of what recovers. */
  @FunctionalInterface
  private interface Again {
    int kills(Setting setting) throws IOException, InterruptedException;
  }

  /** Never throws what a trial brought about: that is an outcome. */
  Outcome run(Trial trial) throws InterruptedException {
    var random = trial.random();
    var tasks = Task.values();
    var task = tasks[random.nextInt(tasks.length)];
    var setting = new Setting(site, points, usual, trial, task, random);
    return outcome(setting, act(trial.kind()), this::killRecoveries);
  }

  /** A trial whose agent is killed at a certain point, and what recovers it isn't. */
  Outcome at(Point point, Trial trial) throws InterruptedException {
    var setting = new Setting(site, points, usual, trial, point.task(), trial.random());
    return outcome(setting, s -> Kills.at(point, s), _ -> 0);
  }

  private Outcome outcome(Setting setting, Act act, Again again) throws InterruptedException {
    var trial = setting.trial();
    try {
      site.tidy();
      return disturb(setting, act, again);
    } catch (IOException | IllegalStateException | UncheckedIOException e) {
      return new Outcome(
          trial, "broken off", 0, Ending.OLD, Optional.empty(), List.of(String.valueOf(e)));
    }
  }

  private Outcome disturb(Setting s, Act act, Again again)
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
    if (s.trial().kind() == Kind.MACHINE) {
      wrong.addAll(Verified.wrong(site.config().stateDir().resolve("executions")));
    }
    if (wrong.isEmpty()) {
      site.reject();
    }
    return new Outcome(
        s.trial(), done.where(), kills, ending(before, after), Optional.of(took), wrong);
  }

  /**
   * What was away while old epochs were collected still has them, and what an agent staged that
   * woke up too late is there, until the next change.
   */
  private List<String> wrong(Kind kind) throws IOException, InterruptedException {
    var wrong = site.wrong();
    if (kind.leaves() && !wrong.isEmpty() && wrong.stream().allMatch(Judge::leftover)) {
      Site.Dry _ = site.dry(Task.CHANGE);
      wrong = site.wrong();
    }
    return wrong;
  }

  private static Ending ending(Committed before, Committed after) {
    return before.digest().equals(after.digest()) ? Ending.OLD : Ending.NEW;
  }

  private int killRecoveries(Setting s) throws IOException, InterruptedException {
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

  private static Act act(Kind kind) {
    return switch (kind) {
      case STEP -> Kills::atStep;
      case INSTANT -> Kills::atInstant;
      case TORN -> Kills::tearing;
      case ROLLOUT -> Kills::byItsRollout;
      case MACHINE -> Machines::another;
      case PAUSE -> Sleeps::pastTheLease;
      case OUTAGE -> Breaks::outage;
      case LINK -> Breaks::link;
      case FAILOVER -> Breaks::failover;
      case DISK -> Breaks::fullDisk;
      case POD -> throw new IllegalArgumentException("a trial in pods has a course of its own");
    };
  }
}
