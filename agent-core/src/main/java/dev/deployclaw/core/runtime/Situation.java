package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.plan.Overlay;
import dev.deployclaw.core.spi.StateStore;
import java.util.List;

/** Where things stand, as the state store says. */
record Situation(
    StateStore state,
    Ledger ledger,
    WriteBacks writeBacks,
    Epilogue epilogue,
    HeldRepairs heldRepairs) {
  /** Beside the overlays whose time is over, which it doesn't know. */
  StatusAnswer with(List<Overlay> expired) throws InterruptedException {
    var open = ledger.open();
    var changes = ledger.changes();
    var under = changes.stream().filter(x -> open.filter(x.id()::equals).isPresent()).findFirst();
    return new StatusAnswer(
        ExitCode.OK,
        ledger.active(),
        under,
        under.isPresent() ? pending(under.get()) : "",
        changes.stream().filter(x -> x.state() instanceof State.Held).toList(),
        heldRepairs.all(),
        ledger.freeze(),
        Lead.now(state),
        writeBacks.pending(),
        expired,
        epilogue.rollbackAvailable(),
        "");
  }

  /** Its log has an end while it waits: nobody works on it until the next start. */
  private String pending(Execution x) throws InterruptedException {
    var head = state.get(Keys.auditHead(x.log())).map(e -> ThoughtLog.head(e.value()).seq());
    return head.isEmpty()
        ? ""
        : state
            .get(Keys.audit(x.log(), head.get()))
            .flatMap(e -> ThoughtLog.reason(e.value()))
            .orElse("");
  }
}
