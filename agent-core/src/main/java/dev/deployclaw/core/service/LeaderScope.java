package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.election.LeaderElection;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.chain.ChainLinkCopier;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.machine.RollbackExclusions;
import dev.deployclaw.core.recovery.CrashRecovery;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.regression.RegressionDetector;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes before and after anything that writes: that no back end is ahead of the state store,
 * the lead, the end of what an agent that died left behind; and at last what is still to be written
 * back to the sources.
 */
record LeaderScope(
    AgentPorts ports,
    AgentSettings settings,
    RecorderFactory recorders,
    ExecutionFinisher finisher,
    CrashRecovery recovery,
    LogTamperAlarm tampering) {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderScope.class);

  /** Does it, if nothing stands in the way. */
  RequestOutcome run(
      Optional<TaskRequest> request, InterruptibleFunction<Leadership, RequestOutcome> led)
      throws InterruptedException {
    return run(request, Optional.empty(), led);
  }

  private RequestOutcome run(
      Optional<TaskRequest> request,
      Optional<InterruptibleFunction<RegressionDetector.Seen, Optional<RequestOutcome>>> outvoting,
      InterruptibleFunction<Leadership, RequestOutcome> led)
      throws InterruptedException {
    try {
      var seen = regression().look();
      if (seen.ahead().isEmpty()) {
        return elected(request, led);
      }
      if (!seen.outvoted() || outvoting.isEmpty()) {
        return turnedAway(request, RegressionDetector.ending(seen.ahead()), false);
      }
      var stopped = outvoting.get().apply(seen);
      return stopped.isPresent() ? stopped.get() : elected(request, led);
    } catch (Unreachable e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("state store unreachable");
      return turnedAway(request, ExecutionOutcome.unreachable(StoreQuestion.reason(e)), false);
    }
  }

  /**
   * What may be a rollback, which isn't stopped by the word of few: {@link
   * RegressionOverride#outvote}.
   *
   * @param outvoting what is done about few members that are ahead; how it ends, if that stops it
   */
  RequestOutcome back(
      TaskRequest request,
      InterruptibleFunction<RegressionDetector.Seen, Optional<RequestOutcome>> outvoting,
      InterruptibleFunction<Leadership, RequestOutcome> led)
      throws InterruptedException {
    return run(Optional.of(request), Optional.of(outvoting), led);
  }

  private RequestOutcome elected(
      Optional<TaskRequest> request, InterruptibleFunction<Leadership, RequestOutcome> led)
      throws InterruptedException {
    try (var leadership = LeaderElection.take(ports.state(), settings, ports.time()).orElse(null)) {
      if (leadership == null) {
        return turnedAway(
            request, ExecutionOutcome.aborted(LeaderElection.taken(ports.state())), true);
      }
      var recovered = recovery.run(leadership, Optional.empty());
      if (recovered.blocked().isPresent()) {
        var blocked = recovered.blocked().get();
        return turnedAway(
            request,
            new ExecutionOutcome(ExecutionStatus.ABORTED, blocked.exit(), unfinished(blocked)),
            true);
      }
      var _ = tampering.raise();
      var ended = led.apply(leadership);
      recovery.writeBack(ended.execution(), leadership);
      chainCopy().run(leadership);
      return ended;
    }
  }

  /** The logs of what was frozen because of the stream. */
  List<RequestOutcome> alarm() throws InterruptedException {
    return tampering.raise();
  }

  /**
   * Finishes what was left behind, and nothing more.
   *
   * @param leftOut members without which a rollback may end
   */
  RecoveryReport recover(Optional<RollbackExclusions> leftOut) throws InterruptedException {
    try {
      var ahead = regression().look().ahead();
      return ahead.isEmpty()
          ? recovered(leftOut)
          : new RecoveryReport(ExitCode.FAILED, List.of(), RegressionDetector.sentence(ahead));
    } catch (Unreachable e) {
      return new RecoveryReport(ExitCode.UNREACHABLE, List.of(), StoreQuestion.reason(e));
    }
  }

  private RecoveryReport recovered(Optional<RollbackExclusions> leftOut)
      throws InterruptedException {
    try (var leadership = LeaderElection.take(ports.state(), settings, ports.time()).orElse(null)) {
      if (leadership == null) {
        return new RecoveryReport(ExitCode.ABORTED, List.of(), LeaderElection.taken(ports.state()));
      }
      var refused =
          leftOut.isPresent() ? recovery.refuses(leftOut.get()) : Optional.<String>empty();
      if (refused.isPresent()) {
        return new RecoveryReport(ExitCode.REFUSED, List.of(), refused.get());
      }
      var recovered = recovery.run(leadership, leftOut);
      if (recovered.blocked().isPresent()) {
        var blocked = recovered.blocked().get();
        return new RecoveryReport(blocked.exit(), recovered.finished(), unfinished(blocked));
      }
      var late = recovery.writeBack("", leadership);
      chainCopy().run(leadership);
      return new RecoveryReport(ExitCode.OK, recovered.and(late).finished(), "");
    }
  }

  /** Even what can't begin leaves a log, where somebody asked for something. */
  RequestOutcome turnedAway(
      Optional<TaskRequest> request, ExecutionOutcome ending, boolean withStore)
      throws InterruptedException {
    if (request.isEmpty()) {
      return RequestOutcome.of("", ending);
    }
    var recorder = recorders.begin(request.get(), TaskOperation.APPLY_POLICIES, withStore);
    recorder.asked(request.get());
    return finisher.end(recorder, ending, Optional.empty(), List.of());
  }

  private static String unfinished(RequestOutcome blocked) {
    return blocked.execution() + " has to be finished first: " + blocked.reason();
  }

  private RegressionDetector regression() {
    return new RegressionDetector(ports, settings);
  }

  private ChainLinkCopier chainCopy() {
    return new ChainLinkCopier(ports.state(), ports.objects());
  }
}
