package dev.deployclaw.core.ledger;

import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.RollbackCompletion;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.RollbackExclusions;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.StateStore.Leadership;
import java.util.Optional;

/**
 * What an orchestrator carries while it drives a change: by whose lead, and where it tells about
 * it.
 *
 * @param leftOut members that a person leaves out of a rollback, should they not be able to go
 */
public record OrchestrationContext(
    Leadership leadership,
    ExecutionRecorder recorder,
    Risks risks,
    Optional<RollbackExclusions> leftOut) {
  /** No member is left out. */
  public OrchestrationContext(Leadership leadership, ExecutionRecorder recorder, Risks risks) {
    this(leadership, recorder, risks, Optional.empty());
  }

  /** By which its calls are made. */
  public CallContext callContext() {
    return recorder.callContext(new FencingToken(leadership.name(), leadership.term()));
  }

  /** When a member counts as gone back, with the members that this leader was told to leave out. */
  public RollbackCompletion completion(ChangeExecution x, ChangeContent content) {
    boolean back = x.kind().back() || x.state() instanceof ChangeState.Withdrawing;
    return back
        ? new RollbackCompletion(true, content.former(x), content.restores(), x.leftOut(), leftOut)
        : RollbackCompletion.NONE;
  }
}
