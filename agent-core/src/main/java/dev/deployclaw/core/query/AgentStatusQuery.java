package dev.deployclaw.core.query;

import dev.deployclaw.core.election.LeaderElection;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.repair.HeldRepairStore;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.schedule.ChangeScheduler;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.writeback.SourceWriteBack;
import java.util.List;

/** Where things stand, as the state store says. */
public record AgentStatusQuery(
    StateStore state,
    ChangeLedger ledger,
    SourceWriteBack writeBack,
    ExecutionFinisher finisher,
    HeldRepairStore heldRepairs,
    ChangeScheduler scheduler) {
  /** Beside the overlays that end, which it doesn't know. */
  public AgentStatusReport with(List<Overlay> temporary, List<Overlay> expired)
      throws InterruptedException {
    long revision = ledger.base().revision();
    var open = ledger.open();
    var changes = ledger.changes();
    var under = changes.stream().filter(x -> open.filter(x.id()::equals).isPresent()).findFirst();
    return new AgentStatusReport(
        ExitCode.OK,
        ledger.active(),
        under,
        under.isPresent() ? pending(under.get()) : "",
        changes.stream().filter(x -> x.state() instanceof ChangeState.Held).toList(),
        heldRepairs.all(),
        scheduler.all(),
        ledger.freeze(),
        LeaderElection.now(state),
        writeBack.pending(),
        temporary,
        expired,
        finisher.rollbackAvailable(),
        revision,
        "");
  }

  /** Its log has an end while it waits: nobody works on it until the next start. */
  private String pending(ChangeExecution x) throws InterruptedException {
    var head = state.get(StoreKeys.auditHead(x.log())).map(e -> ExecutionLog.head(e.value()).seq());
    return head.isEmpty()
        ? ""
        : state
            .get(StoreKeys.audit(x.log(), head.get()))
            .flatMap(e -> ExecutionLog.reason(e.value()))
            .orElse("");
  }
}
