package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.lab.campaign.disturbance.TrialRunner.TrialSetting;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The executor host of an agent that serves dies or stands still at a call. The agent lives on, and
 * ends the task by itself if it can.
 */
final class HostFaults {
  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final Duration STARTS = Duration.ofMinutes(1);

  /** Within it the host has a call that its agent just sent. */
  private static final int CALL_MILLIS = 120;

  /** From within a call's deadline to past a lease. */
  private static final int PAUSE_MILLIS = 20_000;

  private HostFaults() {}

  /** What befalls it. */
  private enum How {
    KILLED,
    KILLED_WITHIN,
    PAUSED;

    private static final List<How> ALL = List.of(values());
  }

  static DisturbanceResult atCall(TrialSetting s) throws IOException, InterruptedException {
    var how = How.ALL.get(s.random().nextInt(How.ALL.size()));
    var point = s.points().ofTask(s.task(), s.random());
    var words = s.site().words(s.task());
    var agent = s.site().agents().serving(s.site().newFolder("serve"), point);
    try {
      var command = s.site().agents().asking(s.site().newFolder("command"), words);
      boolean reached = agent.reached();
      if (reached) {
        strike(how, agent, s);
      }
      int _ = command.awaitEnd(LONGEST);
      String word = how.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      return new DisturbanceResult(
          reached ? "host " + word + " at " + point.name() : "ended before it was struck",
          reached && how.name().startsWith("KILLED") ? 1 : 0,
          true);
    } finally {
      boolean _ = agent.kill();
    }
  }

  private static void strike(How how, AgentProcess agent, TrialSetting s)
      throws IOException, InterruptedException {
    var host = host(agent);
    switch (how) {
      case KILLED -> {
        host.kill();
        agent.go();
      }
      case KILLED_WITHIN -> {
        agent.go();
        Thread.sleep(s.random().nextInt(CALL_MILLIS));
        host.kill();
      }
      case PAUSED -> {
        host.sleep();
        try {
          agent.go();
          Thread.sleep(s.random().nextInt(PAUSE_MILLIS));
        } finally {
          host.wake();
        }
      }
    }
  }

  private static ExecutorHostProcess host(AgentProcess agent) {
    long pid = agent.process().pid();
    BoundedWait.until(
        "the agent has an executor host", STARTS, () -> ExecutorHostProcess.of(pid).isPresent());
    return ExecutorHostProcess.of(pid).orElseThrow();
  }
}
