package dev.deployclaw.core.freeze;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.freeze.KillSwitch.Turn;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Freezes the agent, by the kill switch that people have, when calls of one execution were refused
 * at the sandbox again and again. A rollback goes on, as it does when a person freezes.
 */
public record AutoFreeze(AgentPorts ports, AgentSettings settings) {
  private static final Logger LOG = LoggerFactory.getLogger(AutoFreeze.class);

  /** Freezes once for an execution, and tells it there. */
  public void judge(ExecutionRecorder recorder) throws InterruptedException {
    var failureGuard = recorder.failureGuard();
    if (!failureGuard.oversteps(settings.bounds().refusals())
        || failureGuard.frozen().isPresent()) {
      return;
    }
    String reason =
        "%d calls of %s were refused at the sandbox"
            .formatted(settings.bounds().refusals(), recorder.execution());
    String sentence = freeze(reason);
    LOG.atError()
        .addKeyValue("execution", recorder.execution())
        .addKeyValue("reason", sentence)
        .log("the agent freezes itself");
    failureGuard.frozen(sentence);
    var facts = Map.<String, Object>of("refused", settings.bounds().refusals());
    recorder.tellHere("Freezing the agent", new LogEntryContent(sentence, Status.ERROR, facts));
    recorder.summarise(sentence, Status.ERROR);
  }

  private String freeze(String reason) throws InterruptedException {
    try {
      var freeze = new FreezeRecord(settings.agent(), reason, ports.time().instant().toString());
      return switch (new KillSwitch(ports.state()).freeze(freeze)) {
        case Turn.Turned _ ->
            ("the agent froze itself, since %s; find out which other process calls "
                    + "executors, then: deployclaw thaw")
                .formatted(reason);
        case Turn.Already _ -> "the agent stays frozen: " + reason;
        case Turn.Unknown(String why) -> unfrozen(reason, why);
      };
    } catch (Unreachable e) {
      return unfrozen(reason, String.valueOf(e.getMessage()));
    }
  }

  private static String unfrozen(String reason, String why) {
    return ("%s, and it is unknown whether the agent is frozen: %s; freeze it with: deployclaw "
            + "freeze")
        .formatted(reason, why);
  }
}
