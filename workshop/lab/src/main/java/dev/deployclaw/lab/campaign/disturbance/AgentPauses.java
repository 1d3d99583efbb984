package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.lab.campaign.disturbance.TrialRunner.TrialSetting;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import java.io.IOException;
import java.time.Duration;

/** An agent that sleeps past its lease (SIGSTOP), and goes on when another has led or leads. */
final class AgentPauses {
  private static final Duration LONGEST = Duration.ofMinutes(3);

  private AgentPauses() {}

  static DisturbanceResult pastTheLease(TrialSetting s) throws IOException, InterruptedException {
    var point = s.points().any(s.task(), s.random());
    var first =
        s.site().agents().stopping(s.site().newFolder("first"), point, s.site().words(s.task()));
    if (!first.reached()) {
      boolean _ = first.kill();
      return new DisturbanceResult("ended before it slept", 0, false);
    }
    first.sleep();
    try {
      if (s.random().nextBoolean()) {
        wakesAfter(first, s);
      } else {
        wakesAmid(first, s);
      }
    } finally {
      boolean _ = first.kill();
    }
    return new DisturbanceResult("asleep at " + point.name(), 0, true);
  }

  /** The other has recovered what it left, and is gone. */
  private static void wakesAfter(AgentProcess first, TrialSetting s)
      throws IOException, InterruptedException {
    var second = s.site().run("recover", "--json");
    if (second.exit() != 0) {
      throw new IllegalStateException("recovering while one sleeps: " + second.said());
    }
    goesOn(first);
  }

  /** The other has recovered, makes a change of its own, and stands before it publishes. */
  private static void wakesAmid(AgentProcess first, TrialSetting s)
      throws IOException, InterruptedException {
    var at = s.points().first(AgentTask.ROLLBACK, "before", "redis.publish");
    var second =
        s.site().agents().stopping(s.site().newFolder("second"), at, "rollback", "last", "--json");
    try {
      boolean reached = second.reached();
      goesOn(first);
      if (reached) {
        second.go();
      }
      int _ = second.awaitEnd(LONGEST);
    } finally {
      boolean _ = second.kill();
    }
  }

  private static void goesOn(AgentProcess first) throws IOException, InterruptedException {
    first.wake();
    first.go();
    int _ = first.awaitEnd(LONGEST);
  }
}
