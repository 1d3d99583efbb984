package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Freeze;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The agent's step in the handover of a gateway's volume: it shares what another tool applies, so
 * that nothing is lost when that tool lets go. No value changes, so it needs no leadership and no
 * gate; it stops at the kill switch, and leaves a log.
 */
final class VolumeSharing {
  private static final String EXECUTOR = "kubernetes";
  private static final String ACTION = "Sharing a gateway's volume";

  private final Ports ports;
  private final Settings settings;
  private final Stories stories;
  private final Epilogue epilogue;

  VolumeSharing(Ports ports, Settings settings, Stories stories, Epilogue epilogue) {
    this.ports = ports;
    this.settings = settings;
    this.stories = stories;
    this.epilogue = epilogue;
  }

  Ended share(TaskRequest request, String gateway) throws InterruptedException {
    Optional<Freeze> frozen;
    try {
      frozen = ports.state().get(Keys.FREEZE).map(e -> Freeze.read(e.value()));
    } catch (Unreachable e) {
      var ending = Ending.unreachable("the state store can't be reached: " + e.getMessage());
      return end(stories.begin(request, Operation.APPLY_POLICIES, false), request, ending);
    }
    var story = stories.begin(request, Operation.APPLY_POLICIES, true);
    var ending =
        frozen.isPresent()
            ? Ending.aborted(Cause.FROZEN, frozen.get().refusal())
            : share(gateway, story.execution());
    return end(story, request, ending);
  }

  private Ended end(Story story, TaskRequest request, Ending ending) throws InterruptedException {
    story.asked(request);
    var status = ending.exit() == ExitCode.OK ? Status.OK : Status.WARNING;
    story.tell(Phase.PUBLISH, ACTION, new Telling(ending.reason(), status, Map.of()));
    return epilogue.end(story, ending, Optional.empty(), List.of());
  }

  private Ending share(String gateway, String execution) throws InterruptedException {
    Optional<Executor> executor =
        ports.executors().named(EXECUTOR).filter(e -> e.verbs().contains("share"));
    if (executor.isEmpty()) {
      return refused("no gateway runs in Kubernetes here");
    }
    var outcome =
        ports
            .executors()
            .calls()
            .one(
                executor.get(),
                new Call.Share(gateway),
                Mandate.of(execution),
                settings.bounds().call());
    return switch (outcome) {
      case Outcome.Failed(Fault.Unavailable(String reason)) -> Ending.unreachable(reason);
      case Outcome.Failed(Fault.Unknown(String reason)) -> Ending.unknown(reason);
      case Outcome.Failed(var fault) -> refused(fault.reason());
      case Outcome.Done(var reports, var _) -> ending(reports.getFirst());
    };
  }

  private static Ending ending(Report report) {
    String left = String.valueOf(report.facts().getOrDefault("left", ""));
    return switch (report.answer()) {
      case YES ->
          Boolean.TRUE.equals(report.facts().get("changed"))
              ? new Ending(Result.COMPLETED, ExitCode.OK, report.member() + ": " + left)
              : new Ending(Result.NO_CHANGE, ExitCode.OK, report.member() + ": " + left);
      case NO -> refused(report.member() + ": " + report.reason());
      case UNKNOWN -> Ending.unknown(report.member() + ": " + report.reason());
      case SKIPPED -> refused(report.reason());
    };
  }

  private static Ending refused(String reason) {
    return new Ending(Result.REFUSED, ExitCode.REFUSED, reason);
  }
}
