package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.lab.campaign.disturbance.TrialRunner.TrialSetting;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.CrashPoint;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A task comes by the work queue to two agents that serve, each with a state folder of its own. The
 * one that has it is killed, or sleeps until the other has done it: the queue is empty then, and
 * the task was done once.
 */
final class QueueFaults {
  /** The queue gives a message again after half a minute. */
  private static final Duration LONGEST = Duration.ofMinutes(4);

  private QueueFaults() {}

  /** How far the agent is with the task. */
  private enum Stage {
    RECEIVED("before", "etcd.claim#1"),
    RESERVED("after", "etcd.claim#1"),
    BEGUN("after", "etcd.claim#2"),
    STAGED("after", "redis.stage#1"),
    COMMITTED("before", "redis.publish#1"),
    /** It goes on from here without NATS, so that it can't acknowledge the message. */
    ENDED("after", "etcd.claim#2");

    private static final List<Stage> ALL = List.of(values());

    private final String moment;
    private final String call;

    Stage(String moment, String call) {
      this.moment = moment;
      this.call = call;
    }

    CrashPoint at() {
      return new CrashPoint(AgentTask.CHANGE, moment, call);
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Each stage in turn, in one round with a kill, in the next one with a sleep. */
  static DisturbanceResult atStage(TrialSetting s) throws IOException, InterruptedException {
    int stages = Stage.ALL.size();
    int way = Math.floorMod(s.trial().seed() + s.trial().number(), 2 * stages);
    var stage = Stage.ALL.get(way % stages);
    boolean kills = (way + way / stages) % 2 == 0;
    var site = s.site();
    long before = site.judge().committed().epoch();
    var queue = new WorkQueueClient(site.config().nats().url());
    var agents = new ArrayList<AgentProcess>();
    try {
      var first = site.takingTasks(stage.at());
      agents.add(first);
      queue.ask(site.change());
      bring(first, stage, site);
      if (kills) {
        boolean _ = first.kill();
      } else {
        first.sleep();
      }
      site.heal();
      var second = site.takingTasksElsewhere();
      agents.add(second);
      awaitDone(queue, site);
      if (!kills) {
        if (stage != Stage.ENDED) {
          first.go();
        }
        first.wake();
        first.stop(LONGEST);
      }
      second.stop(LONGEST);
    } finally {
      for (var agent : agents) {
        boolean _ = agent.kill();
      }
    }
    judge(queue, stage, site.judge().committed().epoch() - before);
    String how = (kills ? "killed, task " : "asleep, task ") + stage.word();
    return new DisturbanceResult(how, kills ? 1 : 0, true);
  }

  private static void bring(AgentProcess first, Stage stage, TrialEstate site) throws IOException {
    if (!first.reached()) {
      throw new IllegalStateException("the agent ended before its task was " + stage.word());
    }
    if (stage == Stage.ENDED) {
      site.inflict("kill", "nats");
      first.go();
      BoundedWait.until(
          "the task ended", LONGEST, () -> isIdle(site.config().stateDir()) && site.rests());
    }
  }

  private static void awaitDone(WorkQueueClient queue, TrialEstate site) throws IOException {
    var elsewhere = site.stateElsewhere();
    BoundedWait.until(
        "the other agent has done it",
        LONGEST,
        () -> queue.isEmpty() && isIdle(elsewhere) && site.rests());
  }

  private static void judge(WorkQueueClient queue, Stage stage, long epochs) {
    if (epochs != (stage == Stage.STAGED ? 2 : 1)) {
      throw new IllegalStateException(
          "a task that was %s: the epoch moved by %d".formatted(stage.word(), epochs));
    }
    if (!queue.isEmpty() || queue.deadLetters() != 0) {
      throw new IllegalStateException("the queue isn't empty, or has dead letters");
    }
  }

  private static boolean isIdle(Path state) {
    try (var files = Files.list(state.resolve("accepted"))) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }
}
