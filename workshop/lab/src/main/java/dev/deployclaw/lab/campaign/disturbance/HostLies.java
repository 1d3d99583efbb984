package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.lab.campaign.disturbance.TrialRunner.TrialSetting;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeMap;

/**
 * The executor host of an agent that serves answers one call late, twice, wrongly or not at all.
 * The log has to tell it where the answer alone shows it; the judge looks at the rest.
 */
final class HostLies {
  private static final Duration LONGEST = Duration.ofMinutes(4);

  /** How long a call may take, so that a late answer needn't be waited for. */
  private static final String CALL = "10s";

  /** A step that a member refuses there may be settled by what it already has. */
  private static final Set<AgentTask> BACK =
      Set.of(AgentTask.ROLLBACK, AgentTask.APPROVED_ROLLBACK);

  private HostLies() {}

  /** Each lie in turn, at a call that the seed chooses. */
  static DisturbanceResult atCall(TrialSetting s) throws IOException, InterruptedException {
    var site = s.site();
    var lie = HostLie.turn(s.trial().seed() + s.trial().number());
    String operation = s.points().step(s.task(), s.random());
    var words = site.words(s.task());
    try (var host = site.lyingHost()) {
      var environment = new TreeMap<>(host.environment());
      environment.put("DEPLOYCLAW_BOUNDS_CALL", CALL);
      var agent = site.agents().serving(site.newFolder("serve"), environment);
      try {
        host.lie(operation, lie);
        var command = site.agents().asking(site.newFolder("command"), environment, words);
        int _ = command.awaitEnd(LONGEST);
        if (!host.lied()) { // the agent was busy, or the task ended before
          return new DisturbanceResult("not asked for what it lies about", 0, true);
        }
        boolean shows = lie.shows(operation);
        boolean told = shows && lie.told(site.log(command));
        if (shows && !told && !BACK.contains(s.task())) {
          throw new IllegalStateException("the log doesn't tell that " + operation + " was a lie");
        }
        String where = lie.word() + " at " + operation + (told ? ", told" : "");
        return new DisturbanceResult(where, 0, true);
      } finally {
        boolean _ = agent.kill();
      }
    }
  }
}
