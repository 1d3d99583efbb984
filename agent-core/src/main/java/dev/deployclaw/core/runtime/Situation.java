package dev.deployclaw.core.runtime;

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
    return new StatusAnswer(
        ExitCode.OK,
        ledger.active(),
        changes.stream().filter(x -> open.filter(x.id()::equals).isPresent()).findFirst(),
        changes.stream().filter(x -> x.state() instanceof State.Held).toList(),
        heldRepairs.all(),
        ledger.freeze(),
        Lead.now(state),
        writeBacks.pending(),
        expired,
        epilogue.rollbackAvailable(),
        "");
  }
}
