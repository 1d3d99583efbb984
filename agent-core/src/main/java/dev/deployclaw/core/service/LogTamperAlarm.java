package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.StreamCopy.Fork;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the kill switch where the stream holds another record than a log, and the log isn't the one
 * that the state store knows: then a log was changed. Once for each, so that a person who thaws has
 * the last word. Where the store knows the log as it is, the stream's record is a forgery: that is
 * told and stops nothing, since a writer of the stream could stop all changes by one message. Needs
 * no leadership.
 */
final class LogTamperAlarm {
  private static final Logger LOG = LoggerFactory.getLogger(LogTamperAlarm.class);

  private final Journal journal;
  private final StateStore state;
  private final FreezeService freezing;
  private final AgentSettings settings;
  private final AgentClock time;

  LogTamperAlarm(AgentPorts ports, AgentSettings settings, FreezeService freezing) {
    this.journal = ports.journal();
    this.state = ports.state();
    this.freezing = freezing;
    this.settings = settings;
    this.time = ports.time();
  }

  /**
   * The logs of what was frozen. A fork of a log that is still written is left for the next call.
   * Throws {@link StateStore.Unreachable} where it can't be; then nothing else can begin either,
   * and the next call does it.
   */
  List<RequestOutcome> raise() throws InterruptedException {
    List<RequestOutcome> told = new ArrayList<>();
    for (var fork : journal.stream().forks()) {
      if (!fork.alarmed()) {
        raise(fork).ifPresent(told::add);
      }
    }
    return told;
  }

  private Optional<RequestOutcome> raise(Fork fork) throws InterruptedException {
    return switch (LogIntegrityCheck.of(journal, state, fork.execution(), fork.seq())) {
      case PROVEN -> {
        LOG.atError()
            .addKeyValue("subject", fork.subject())
            .addKeyValue("sha256", fork.there())
            .log("A forged record is in the stream: the log here is the one that etcd knows");
        journal.stream().alarmed(fork);
        yield Optional.empty();
      }
      case REFUTED -> Optional.of(freeze(fork));
      case OPEN -> Optional.empty(); // the next call knows more
    };
  }

  private RequestOutcome freeze(Fork fork) throws InterruptedException {
    var _ = state.get(StoreKeys.FREEZE); // no log of each try without a store
    String why = fork.sentence();
    var request = new TaskRequest("freeze: " + why, settings.agent(), time.instant());
    var ended = freezing.freeze(request, why);
    if (ended.exit() == ExitCode.OK) {
      journal.stream().alarmed(fork);
    }
    return ended;
  }
}
