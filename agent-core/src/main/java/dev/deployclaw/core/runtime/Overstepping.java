package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Freeze;
import dev.deployclaw.core.runtime.KillSwitch.Turn;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Freezes the agent, by the kill switch that people have, when calls of one execution were refused
 * at the sandbox again and again. A way back goes on, as it does when a person freezes.
 */
final class Overstepping {
  private static final Logger LOG = LoggerFactory.getLogger(Overstepping.class);

  private final KillSwitch killSwitch;
  private final Time time;
  private final String agent;
  private final int most;

  Overstepping(Ports ports, Settings settings) {
    this.killSwitch = new KillSwitch(ports.state());
    this.time = ports.time();
    this.agent = settings.agent();
    this.most = settings.bounds().refusals();
  }

  /** Freezes once for an execution, and tells it there. */
  void judge(Story story) throws InterruptedException {
    var conduct = story.conduct();
    if (!conduct.oversteps(most) || conduct.frozen().isPresent()) {
      return;
    }
    String reason = "%d calls of %s were refused at the sandbox".formatted(most, story.execution());
    String sentence = freeze(reason);
    LOG.atError()
        .addKeyValue("execution", story.execution())
        .addKeyValue("reason", sentence)
        .log("the agent freezes itself");
    conduct.frozen(sentence);
    var facts = Map.<String, Object>of("refused", most);
    story.tellHere("Freezing the agent", new Telling(sentence, Status.ERROR, facts));
    story.summarise(sentence, Status.ERROR);
  }

  private String freeze(String reason) throws InterruptedException {
    try {
      var freeze = new Freeze(agent, reason, time.instant().toString());
      return switch (killSwitch.freeze(freeze)) {
        case Turn.Turned _ ->
            "the agent froze itself, since %s; find out who calls executors beside it, then: deployclaw thaw"
                .formatted(reason);
        case Turn.Already _ -> "the agent stays frozen: " + reason;
        case Turn.Unknown(String why) -> unfrozen(reason, why);
      };
    } catch (Unreachable e) {
      return unfrozen(reason, String.valueOf(e.getMessage()));
    }
  }

  private static String unfrozen(String reason, String why) {
    return "%s, and nobody knows whether the agent is frozen: %s; freeze it with: deployclaw freeze"
        .formatted(reason, why);
  }
}
