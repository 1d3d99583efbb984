package dev.deployclaw.core.change;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.change.effect.EffectDependencies;
import dev.deployclaw.core.change.effect.EffectRegistry;
import dev.deployclaw.core.change.effect.EffectResult;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.freeze.AutoFreeze;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.ChangeLedger.Advance;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.ledger.TemporaryChangeExpiry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEffect;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.ChangeStateMachine;
import dev.deployclaw.core.machine.NewChange;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.machine.Transition;
import dev.deployclaw.core.regression.SupersededChanges;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one change until nothing is to be done: asks the machine for the effect, performs it,
 * records what follows, and so on. A plain loop on the caller's thread; a death in it leaves a
 * state from which the next start goes on.
 */
public final class ChangeOrchestrator {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeOrchestrator.class);

  /** More than any legal path has, with every hold and every compensation. */
  private static final int MOST_TURNS = 64;

  private final ChangeStore store;
  private final ChangeLedger ledger;
  private final TemporaryChangeExpiry expiry;
  private final EffectRegistry effects;
  private final AutoFreeze autoFreeze;
  private final AgentSettings settings;
  private final StateStore state;
  private final AgentClock time;

  public ChangeOrchestrator(AgentPorts ports, AgentSettings settings, ChangeStore store) {
    this.store = store;
    this.ledger = store.ledger();
    this.expiry = new TemporaryChangeExpiry(store.archive(), ports.time());
    this.effects =
        new EffectRegistry(
            new EffectDependencies(
                ports,
                settings,
                store,
                new ParticipantFanout(ports.executors(), settings),
                this::open));
    this.autoFreeze = new AutoFreeze(ports, settings);
    this.settings = settings;
    this.state = ports.state();
    this.time = ports.time();
  }

  public ChangeStore store() {
    return store;
  }

  public ExecutionOutcome open(
      NewChange opening, Optional<ChangeContent> content, OrchestrationContext context)
      throws InterruptedException {
    context.recorder().about(opening.execution());
    long from = time.micros();
    var transition = ChangeStateMachine.open(opening).withFacts(gate(opening.execution(), context));
    var opened = ledger.write(transition, context.leadership(), context.recorder());
    context.recorder().took(Phase.OPEN, from);
    return switch (opened) {
      case Advance.Applied(StoredExecution stored) -> drive(stored, content, context);
      case Advance.Blocked(AbortCause cause, String reason) ->
          ExecutionOutcome.aborted(cause, reason);
      case Advance.Lost(String reason) -> ExecutionOutcome.aborted(reason);
      case Advance.Unproven(String reason) -> unopened(reason, context);
      case Advance.Undecided(String reason) -> unopened(reason, context);
    };
  }

  /** What the gate says of a change that opens, for its record. */
  private Map<String, Object> gate(ChangeExecution x, OrchestrationContext context) {
    return x.kind() == ChangeKind.COMPENSATION
        ? Map.of()
        : Map.of("gate", settings.gate().facts(x.requester(), context.risks()));
  }

  /** Records an event that came from outside, and drives on. */
  public ExecutionOutcome resume(
      StoredExecution at, ChangeEvent event, OrchestrationContext context)
      throws InterruptedException {
    context.recorder().about(at.execution());
    return switch (write(at, event, context)) {
      case Advance.Applied(StoredExecution stored) -> drive(stored, Optional.empty(), context);
      case Advance.Blocked(AbortCause cause, String reason) -> blocked(at, cause, reason, context);
      case Advance.Lost(String reason) -> taken(reason, context);
      case Advance.Unproven(String reason) -> doubtful(reason, context);
      case Advance.Undecided(String reason) -> doubtful(reason, context);
    };
  }

  /** Should it be open after all, the next start aborts it. */
  private static ExecutionOutcome unopened(String reason, OrchestrationContext context) {
    context.recorder().summarise(reason, Status.ERROR);
    return ExecutionOutcome.unreachable("open: " + reason);
  }

  /** Another agent has it by now, its log too. */
  private static ExecutionOutcome taken(String reason, OrchestrationContext context) {
    context.recorder().fallSilent();
    return ExecutionOutcome.aborted(reason);
  }

  /** The record may be there, or come there late: this process says no more about it. */
  private static ExecutionOutcome doubtful(String reason, OrchestrationContext context) {
    context.recorder().fallSilent();
    return ExecutionOutcome.unknown("its state can't be read: " + reason);
  }

  /**
   * @param content what it carries, where that is at hand; else it is read back
   */
  public ExecutionOutcome drive(
      StoredExecution start, Optional<ChangeContent> content, OrchestrationContext context)
      throws InterruptedException {
    return loop(start, context, at -> turn(at, content, context));
  }

  /** Ends what was {@link SupersededChanges}; what of it can go on goes on. */
  public ExecutionOutcome supersede(StoredExecution start, OrchestrationContext context)
      throws InterruptedException {
    return loop(
        start,
        context,
        at -> {
          var event = SupersededChanges.next(at.execution());
          return event.isPresent()
              ? follow(at, event.get(), context)
              : turn(at, Optional.empty(), context);
        });
  }

  private static ExecutionOutcome loop(
      StoredExecution start,
      OrchestrationContext context,
      InterruptibleFunction<StoredExecution, Next> turn)
      throws InterruptedException {
    context.recorder().about(start.execution());
    var at = start;
    for (int i = 0; i < MOST_TURNS; i++) {
      switch (turn.apply(at)) {
        case Next.Go(StoredExecution stored) -> at = stored;
        case Next.End(ExecutionOutcome ending) -> {
          return ending;
        }
      }
    }
    throw new IllegalStateException(
        "no end after " + MOST_TURNS + " turns: " + at.execution().id());
  }

  /** What follows one turn of the loop. */
  private sealed interface Next {
    record Go(StoredExecution stored) implements Next {}

    record End(ExecutionOutcome ending) implements Next {}
  }

  private Next turn(
      StoredExecution at, Optional<ChangeContent> content, OrchestrationContext context)
      throws InterruptedException {
    var effect = ChangeStateMachine.next(at.execution().state());
    if (effect == ChangeEffect.REST) {
      return new Next.End(ExecutionOutcome.of(at.execution()));
    }
    if (!context.leadership().holds()) {
      return expired(at, context);
    }
    long from = time.micros();
    context.recorder().under(place(at.execution().state()));
    try {
      effect.phase().ifPresent(context.recorder()::begin);
      var happening = perform(effect, at.execution(), content, context);
      autoFreeze.judge(context.recorder());
      return switch (happening) {
        case EffectResult.Retry() -> new Next.Go(at);
        case EffectResult.Stuck(String pending) ->
            new Next.End(ExecutionOutcome.stillPending(pending));
        case EffectResult.NextEvent(ChangeEvent event) -> follow(at, event, context);
      };
    } catch (Unreachable e) {
      return unreachable(at, String.valueOf(e.getMessage()), context);
    } finally {
      effect.phase().ifPresent(phase -> context.recorder().took(phase, from));
    }
  }

  private EffectResult perform(
      ChangeEffect effect,
      ChangeExecution x,
      Optional<ChangeContent> content,
      OrchestrationContext context)
      throws InterruptedException {
    LOG.atInfo()
        .addKeyValue("execution", x.id())
        .addKeyValue("epoch", x.epoch())
        .addKeyValue("effect", effect)
        .log("performing");
    return effects.perform(effect, x, content, context);
  }

  private Next follow(StoredExecution at, ChangeEvent event, OrchestrationContext context)
      throws InterruptedException {
    return switch (write(at, event, context)) {
      case Advance.Applied(StoredExecution stored) -> new Next.Go(stored);
      case Advance.Blocked(AbortCause cause, String reason) ->
          stop(at, new ChangeEvent.Stopped(cause, reason), context);
      case Advance.Unproven(String reason) -> unproven(at, event, reason, context);
      case Advance.Undecided(String reason) -> undecided(at, event, reason, context);
      case Advance.Lost(String reason) -> reread(at, reason, context);
    };
  }

  /**
   * A commit whose answer was lost and that a read doesn't find is given up. Should it be applied
   * late after all, this abort is refused, and the change is read again.
   */
  private Next unproven(
      StoredExecution at, ChangeEvent event, String reason, OrchestrationContext context)
      throws InterruptedException {
    if (!commits(at, event)) {
      return undecided(at, event, reason, context);
    }
    try {
      return stop(
          at, new ChangeEvent.Stopped(AbortCause.UNREACHABLE, "the commit: " + reason), context);
    } catch (Unreachable e) {
      return undecided(at, event, reason, context);
    }
  }

  /** Before the gate it is as good as aborted; a commit or a hold may stand. */
  private static Next undecided(
      StoredExecution at, ChangeEvent event, String reason, OrchestrationContext context) {
    return commits(at, event) || event instanceof ChangeEvent.GateHeld
        ? new Next.End(doubtful(reason, context))
        : unreachable(at, reason, context);
  }

  /** Whether it moves {@code active} to more tenants. */
  private static boolean commits(StoredExecution at, ChangeEvent event) {
    return event instanceof ChangeEvent.CheckpointIntact
        || (event instanceof ChangeEvent.Soaked && at.execution().state().onTrial());
  }

  private Next stop(StoredExecution at, ChangeEvent.Stopped stopped, OrchestrationContext context)
      throws InterruptedException {
    return switch (write(at, stopped, context)) {
      case Advance.Applied(StoredExecution stored) -> new Next.Go(stored);
      case Advance.Blocked(AbortCause _, String reason) -> reread(at, reason, context);
      case Advance.Lost(String reason) -> reread(at, reason, context);
      case Advance.Unproven(String reason) -> new Next.End(doubtful(reason, context));
      case Advance.Undecided(String reason) -> new Next.End(doubtful(reason, context));
    };
  }

  /** Where the change stands by now, if it moved on and this agent still leads. */
  private Next reread(StoredExecution at, String reason, OrchestrationContext context)
      throws InterruptedException {
    context.recorder().catchUp(state);
    var now = ledger.read(at.execution().id());
    boolean moved = now.filter(s -> s.execution().turn() > at.execution().turn()).isPresent();
    return moved && context.leadership().holds()
        ? new Next.Go(now.orElseThrow())
        : lost(now.orElse(at), reason, context);
  }

  private Advance write(StoredExecution at, ChangeEvent event, OrchestrationContext context)
      throws InterruptedException {
    Transition transition = ChangeStateMachine.on(at, event, context.leadership().term());
    var whole = transition.with(expiry.with(transition.next()));
    return ledger.write(whole, context.leadership(), context.recorder());
  }

  /** A held change that can't be resumed because what it stands on moved. */
  private ExecutionOutcome blocked(
      StoredExecution at, AbortCause cause, String reason, OrchestrationContext context)
      throws InterruptedException {
    if (cause != AbortCause.STALE) {
      return ExecutionOutcome.aborted(cause, reason);
    }
    var expired = write(at, new ChangeEvent.Outdated(reason), context);
    return expired instanceof Advance.Applied(StoredExecution stored)
        ? drive(stored, Optional.empty(), context)
        : ExecutionOutcome.aborted(cause, reason);
  }

  private static Next lost(StoredExecution at, String reason, OrchestrationContext context) {
    context.recorder().fallSilent();
    return new Next.End(
        at.execution().state().live()
            ? ExecutionOutcome.unknown(reason + ": the next start continues")
            : ExecutionOutcome.aborted(reason + ": the next start removes what was staged"));
  }

  /** A lease runs out because the state store is away, or because this agent stood still. */
  private Next expired(StoredExecution at, OrchestrationContext context)
      throws InterruptedException {
    String reason = "the lease expired";
    try {
      ledger.read(at.execution().id());
      return lost(at, reason, context);
    } catch (Unreachable e) {
      return unreachable(at, reason + ", " + e.getMessage(), context);
    }
  }

  /** What isn't committed by now never will be: the next start presumes it aborted. */
  private static Next unreachable(StoredExecution at, String reason, OrchestrationContext context) {
    boolean live = at.execution().state().live();
    context.recorder().summarise(reason, live ? Status.UNKNOWN : Status.ERROR);
    return new Next.End(
        live
            ? ExecutionOutcome.unknown(reason + ": it is committed, and the next start continues")
            : ExecutionOutcome.unreachable(reason + ": the next start removes what was staged"));
  }

  /** While it is on trial, all stands under the step that widens, or under the rollback. */
  private static Optional<Phase> place(ChangeState state) {
    if (!state.onTrial()) {
      return Optional.empty();
    }
    return Optional.of(state instanceof ChangeState.Withdrawing ? Phase.ROLLBACK : Phase.COMMIT);
  }
}
