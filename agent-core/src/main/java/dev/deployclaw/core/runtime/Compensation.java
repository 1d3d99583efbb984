package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.Opening;
import dev.deployclaw.core.machine.State;
import java.util.Optional;

/**
 * Puts back what a failed change replaced, by a change of its own: a new epoch with the
 * predecessor's content, under the same rules as any other.
 */
final class Compensation {
  /** How many a change can have: each start that finds one unfinished begins another. */
  private static final int MOST = 8;

  private final Orchestrator orchestrator;
  private final Ledger ledger;

  Compensation(Orchestrator orchestrator, Ledger ledger) {
    this.orchestrator = orchestrator;
    this.ledger = ledger;
  }

  Happening run(Execution failed, Duty duty) throws InterruptedException {
    duty.story().summarise(reason(failed), Status.WARNING);
    for (int n = 1; n <= MOST; n++) {
      String id = failed.id() + "-undo-" + n;
      var before = ledger.read(id);
      if (before.isEmpty()) {
        return carryOut(failed, id, duty);
      }
      var over = ended(before.get().execution());
      if (over.isPresent()) {
        return new Happening.Now(over.get());
      }
    }
    return new Happening.Now(new Event.NotCompensated("tried " + MOST + " times"));
  }

  /**
   * What could not be reached is there again some day, and another try takes a checkpoint of its
   * own: only a refusal is the end of it.
   */
  private Happening carryOut(Execution failed, String id, Duty duty) throws InterruptedException {
    var ending = orchestrator.open(opening(failed, id), Optional.empty(), duty);
    duty.story().about(failed);
    if (duty.story().silent()) {
      return new Happening.Stuck(ending.reason());
    }
    var stored = ledger.read(id);
    if (stored.isEmpty()) {
      return new Happening.Stuck("the way back could not be opened: " + ending.reason());
    }
    var over = ended(stored.get().execution());
    if (over.isPresent()) {
      return new Happening.Now(over.get());
    }
    boolean refused =
        stored.get().execution().state() instanceof State.Aborted a
            && a.cause() != Cause.UNREACHABLE
            && a.cause() != Cause.CHECKPOINT_ALTERED;
    return refused
        ? new Happening.Now(new Event.NotCompensated(ending.reason()))
        : new Happening.Stuck(ending.reason());
  }

  /** An earlier one that died before its commit doesn't count. */
  private static Optional<Event> ended(Execution undo) {
    return switch (undo.state()) {
      case State.Completed _ -> Optional.of(new Event.Compensated(undo.id(), undo.leftOut()));
      case State.Failed f -> Optional.of(new Event.NotCompensated(f.reason()));
      case State.Opened _, State.Checkpointed _, State.Staged _, State.Prepared _ ->
          Optional.empty();
      case State.Held _, State.Resumed _, State.Cleared _, State.Committed _ -> Optional.empty();
      case State.Widened _, State.Baking _, State.Withdrawing _ -> Optional.empty();
      case State.Published _, State.Converged _, State.Soaking _, State.Baked _ -> Optional.empty();
      case State.Undoing _, State.RolledBack _, State.Aborting _, State.Aborted _ ->
          Optional.empty();
    };
  }

  private Opening opening(Execution failed, String id) throws InterruptedException {
    var mark = ledger.epochMark();
    return new Opening(
        id,
        failed.log(),
        Kind.COMPENSATION,
        Optional.of(Content.wayBackTo(failed.base())),
        ledger.base(),
        Content.digestBackTo(failed.base()),
        failed.planHash(),
        failed.requester(),
        Optional.of(failed.id()),
        mark.last(),
        mark.revision(),
        orchestrator.archive().provenanceAgain(Content.wayBackTo(failed.base()), mark.last() + 1));
  }

  private static String reason(Execution failed) {
    return failed.state() instanceof State.Undoing u ? u.reason() : "";
  }
}
