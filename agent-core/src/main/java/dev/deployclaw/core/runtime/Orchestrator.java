package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Effect;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.ExecutionMachine;
import dev.deployclaw.core.machine.Opening;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.machine.Transition;
import dev.deployclaw.core.runtime.Archive.Loaded;
import dev.deployclaw.core.runtime.Ledger.Advance;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one change until nothing is to be done: asks the machine for the effect, performs it,
 * records what follows, and so on. A plain loop on the caller's thread; whatever dies in it leaves
 * a state from which the next start goes on.
 */
final class Orchestrator {
  private static final Logger LOG = LoggerFactory.getLogger(Orchestrator.class);

  /** More than any legal path has, with every hold and every compensation. */
  private static final int MOST_TURNS = 64;

  private final Ledger ledger;
  private final Archive archive;
  private final BeforeCommit before;
  private final AfterCommit after;
  private final Trial trial;
  private final Watch watch;
  private final SourceCheck sources;
  private final Lasting lasting;
  private final Compensation compensation;
  private final Overstepping overstepping;
  private final StateStore state;
  private final Time time;

  Orchestrator(Ports ports, Settings settings) {
    var crew = new Crew(ports.executors(), settings);
    this.ledger = new Ledger(ports.state(), ports.time(), settings.bounds());
    this.archive = new Archive(ports.state(), ports.objects());
    var unrestored = new UnrestoredMembers(ledger, archive, crew);
    this.before = new BeforeCommit(ports, settings, crew, unrestored);
    this.after = new AfterCommit(ports, settings, crew, ledger);
    this.trial = new Trial(after, crew, ports.time());
    this.watch = new Watch(ports, settings, this, after);
    this.sources = new SourceCheck(ports, settings, archive);
    this.lasting = new Lasting(archive, ports.time());
    this.compensation = new Compensation(this, ledger);
    this.overstepping = new Overstepping(ports, settings);
    this.state = ports.state();
    this.time = ports.time();
  }

  Ledger ledger() {
    return ledger;
  }

  Archive archive() {
    return archive;
  }

  /** Opens a change and drives it. */
  Ending open(Opening opening, Optional<Content> content, Duty duty) throws InterruptedException {
    duty.story().about(opening.execution());
    long from = time.micros();
    var transition = ExecutionMachine.open(opening).telling(before.gate(opening.execution(), duty));
    var opened = ledger.write(transition, duty.leadership(), duty.story());
    duty.story().took(Phase.OPEN, from);
    return switch (opened) {
      case Advance.Applied(Stored stored) -> drive(stored, content, duty);
      case Advance.Blocked(Cause cause, String reason) -> Ending.aborted(cause, reason);
      case Advance.Lost(String reason) -> aborted(reason);
      case Advance.Unproven(String reason) -> unopened(reason, duty);
      case Advance.Undecided(String reason) -> unopened(reason, duty);
    };
  }

  /** Records an event that came from outside, and drives on. */
  Ending resume(Stored at, Event event, Duty duty) throws InterruptedException {
    duty.story().about(at.execution());
    return switch (write(at, event, duty)) {
      case Advance.Applied(Stored stored) -> drive(stored, Optional.empty(), duty);
      case Advance.Blocked(Cause cause, String reason) -> blocked(at, cause, reason, duty);
      case Advance.Lost(String reason) -> taken(reason, duty);
      case Advance.Unproven(String reason) -> doubtful(reason, duty);
      case Advance.Undecided(String reason) -> doubtful(reason, duty);
    };
  }

  /** Should it be open after all, the next start aborts it. */
  private static Ending unopened(String reason, Duty duty) {
    duty.story().summarise(reason, Status.ERROR);
    return Ending.unreachable("open: " + reason);
  }

  /** Another agent has it by now, its log too. */
  private static Ending taken(String reason, Duty duty) {
    duty.story().fallSilent();
    return aborted(reason);
  }

  /** The record may be there, or come there late: this process says no more about it. */
  private static Ending doubtful(String reason, Duty duty) {
    duty.story().fallSilent();
    return Ending.unknown("where it stands can't be read: " + reason);
  }

  /**
   * @param content what it carries, where that is at hand; else it is read back
   */
  Ending drive(Stored start, Optional<Content> content, Duty duty) throws InterruptedException {
    return loop(start, duty, at -> turn(at, content, duty));
  }

  /** Ends what was {@link Overtaken}; what of it can go on goes on. */
  Ending supersede(Stored start, Duty duty) throws InterruptedException {
    return loop(
        start,
        duty,
        at -> {
          var event = Overtaken.next(at.execution());
          return event.isPresent()
              ? follow(at, event.get(), duty)
              : turn(at, Optional.empty(), duty);
        });
  }

  private static Ending loop(Stored start, Duty duty, Turn turn) throws InterruptedException {
    duty.story().about(start.execution());
    var at = start;
    for (int i = 0; i < MOST_TURNS; i++) {
      switch (turn.from(at)) {
        case Next.Go(Stored stored) -> at = stored;
        case Next.End(Ending ending) -> {
          return ending;
        }
      }
    }
    throw new IllegalStateException(
        "no end after " + MOST_TURNS + " turns: " + at.execution().id());
  }

  /** What follows one turn of the loop. */
  private sealed interface Next {
    record Go(Stored stored) implements Next {}

    record End(Ending ending) implements Next {}
  }

  /** One turn of the loop. */
  @FunctionalInterface
  private interface Turn {
    Next from(Stored at) throws InterruptedException;
  }

  private Next turn(Stored at, Optional<Content> content, Duty duty) throws InterruptedException {
    var effect = ExecutionMachine.next(at.execution().state());
    if (effect == Effect.REST) {
      return new Next.End(Ending.of(at.execution()));
    }
    if (!duty.leadership().holds()) {
      return expired(at, duty);
    }
    long from = time.micros();
    duty.story().under(place(at.execution().state()));
    try {
      phase(effect).ifPresent(duty.story()::begin);
      var happening = perform(effect, at.execution(), content, duty);
      overstepping.judge(duty.story());
      return switch (happening) {
        case Happening.Again() -> new Next.Go(at);
        case Happening.Stuck(String pending) -> new Next.End(Ending.stillPending(pending));
        case Happening.Now(Event event) -> follow(at, event, duty);
      };
    } catch (Unreachable e) {
      return unreachable(at, String.valueOf(e.getMessage()), duty);
    } finally {
      phase(effect).ifPresent(phase -> duty.story().took(phase, from));
    }
  }

  private Happening perform(Effect effect, Execution x, Optional<Content> content, Duty duty)
      throws InterruptedException {
    LOG.atInfo()
        .addKeyValue("execution", x.id())
        .addKeyValue("epoch", x.epoch())
        .addKeyValue("effect", effect)
        .log("performing");
    return switch (effect) {
      case JUDGE_GATE -> new Happening.Now(before.judgeGate(x, duty));
      case OBSERVE_AGAIN -> new Happening.Now(before.observeAgain(x, duty));
      case VERIFY_CHECKPOINT -> new Happening.Now(lastLook(x, content, duty));
      case DISCARD -> new Happening.Now(before.discard(x, duty));
      case COLLECT -> after.collect(x, duty);
      case COMPENSATE -> compensation.run(x, duty);
      case TAKE_CHECKPOINT, STAGE, PREPARE, PUBLISH, CONVERGE, VALIDATE ->
          loaded(effect, x, content, duty);
      case WIDEN, BAKE, WITHDRAW -> loaded(effect, x, content, duty);
      case REST -> throw new IllegalStateException("nothing is to be done");
    };
  }

  /** Its time isn't over, the checkpoint holds, and the sources say what was taken from them. */
  private Event lastLook(Execution x, Optional<Content> content, Duty duty)
      throws InterruptedException {
    var end = lasting.over(x);
    if (end.isPresent()) {
      String past = "its end, " + end.get() + ", is past: ask again, with a later one";
      return new Event.Stopped(Cause.EXPIRED, past);
    }
    var event = before.verifyCheckpoint(x);
    return event instanceof Event.CheckpointIntact
        ? sources.moved(x, content, duty).<Event>map(stopped -> stopped).orElse(event)
        : event;
  }

  /** The effects that need what the change carries. */
  private Happening loaded(Effect effect, Execution x, Optional<Content> content, Duty duty)
      throws InterruptedException {
    return switch (content.isPresent() ? new Loaded.Ready(content.get()) : archive.load(x)) {
      case Loaded.Missing(String reason) -> missing(x.state(), reason);
      case Loaded.Ready(Content ready) -> carry(effect, x, ready, duty);
    };
  }

  /** A candidate without policies is taken back; what everybody is to act on is waited for. */
  private static Happening missing(State state, String reason) {
    if (!state.live()) {
      return new Happening.Now(new Event.Stopped(Cause.UNREACHABLE, reason));
    }
    boolean tried = state.onTrial() && !(state instanceof State.Withdrawing);
    return tried ? new Happening.Now(new Event.Refused(reason)) : new Happening.Stuck(reason);
  }

  private Happening carry(Effect effect, Execution x, Content content, Duty duty)
      throws InterruptedException {
    return switch (effect) {
      case TAKE_CHECKPOINT -> new Happening.Now(before.takeCheckpoint(x, content, duty));
      case STAGE -> new Happening.Now(before.stage(x, content, duty));
      case PREPARE -> new Happening.Now(before.prepare(x, content, duty));
      case PUBLISH -> after.publish(x, content, duty);
      case CONVERGE -> after.converge(x, content, duty);
      case VALIDATE -> after.validate(x, content, duty);
      case WIDEN -> trial.widen(x, content, duty);
      case BAKE -> watch.watch(x, content, duty);
      case WITHDRAW -> trial.withdraw(x, content, duty);
      case JUDGE_GATE, OBSERVE_AGAIN, VERIFY_CHECKPOINT, COLLECT, COMPENSATE, DISCARD, REST ->
          throw new IllegalStateException("carries nothing: " + effect);
    };
  }

  private Next follow(Stored at, Event event, Duty duty) throws InterruptedException {
    return switch (write(at, event, duty)) {
      case Advance.Applied(Stored stored) -> new Next.Go(stored);
      case Advance.Blocked(Cause cause, String reason) ->
          stop(at, new Event.Stopped(cause, reason), duty);
      case Advance.Unproven(String reason) -> unproven(at, event, reason, duty);
      case Advance.Undecided(String reason) -> undecided(at, event, reason, duty);
      case Advance.Lost(String reason) -> reread(at, reason, duty);
    };
  }

  /**
   * A commit whose answer was lost and that a read doesn't find is given up. Should it be applied
   * late after all, this abort is refused, and the change is read again.
   */
  private Next unproven(Stored at, Event event, String reason, Duty duty)
      throws InterruptedException {
    if (!commits(at, event)) {
      return undecided(at, event, reason, duty);
    }
    try {
      return stop(at, new Event.Stopped(Cause.UNREACHABLE, "the commit: " + reason), duty);
    } catch (Unreachable e) {
      return undecided(at, event, reason, duty);
    }
  }

  /** Before the gate it is as good as aborted; a commit or a hold may stand. */
  private static Next undecided(Stored at, Event event, String reason, Duty duty) {
    return commits(at, event) || event instanceof Event.GateHeld
        ? new Next.End(doubtful(reason, duty))
        : unreachable(at, reason, duty);
  }

  /** Whether it moves {@code active} to more tenants. */
  private static boolean commits(Stored at, Event event) {
    return event instanceof Event.CheckpointIntact
        || (event instanceof Event.Soaked && at.execution().state().onTrial());
  }

  private Next stop(Stored at, Event.Stopped stopped, Duty duty) throws InterruptedException {
    return switch (write(at, stopped, duty)) {
      case Advance.Applied(Stored stored) -> new Next.Go(stored);
      case Advance.Blocked(Cause _, String reason) -> reread(at, reason, duty);
      case Advance.Lost(String reason) -> reread(at, reason, duty);
      case Advance.Unproven(String reason) -> new Next.End(doubtful(reason, duty));
      case Advance.Undecided(String reason) -> new Next.End(doubtful(reason, duty));
    };
  }

  /** Where the change stands by now, if it moved on and this agent still leads. */
  private Next reread(Stored at, String reason, Duty duty) throws InterruptedException {
    duty.story().catchUp(state);
    var now = ledger.read(at.execution().id());
    boolean moved = now.filter(s -> s.execution().turn() > at.execution().turn()).isPresent();
    return moved && duty.leadership().holds()
        ? new Next.Go(now.orElseThrow())
        : lost(now.orElse(at), reason, duty);
  }

  private Advance write(Stored at, Event event, Duty duty) throws InterruptedException {
    Transition transition = ExecutionMachine.on(at, event, duty.leadership().term());
    var whole = transition.with(lasting.with(transition.next()));
    return ledger.write(whole, duty.leadership(), duty.story());
  }

  /** A held change that can't be resumed because what it stands on moved. */
  private Ending blocked(Stored at, Cause cause, String reason, Duty duty)
      throws InterruptedException {
    if (cause != Cause.STALE) {
      return Ending.aborted(cause, reason);
    }
    var expired = write(at, new Event.Outdated(reason), duty);
    return expired instanceof Advance.Applied(Stored stored)
        ? drive(stored, Optional.empty(), duty)
        : Ending.aborted(cause, reason);
  }

  private static Next lost(Stored at, String reason, Duty duty) {
    duty.story().fallSilent();
    return new Next.End(
        at.execution().state().live()
            ? Ending.unknown(reason + ": the next start goes on")
            : aborted(reason + ": the next start removes what was staged"));
  }

  /** A lease runs out because the state store is away, or because this agent stood still. */
  private Next expired(Stored at, Duty duty) throws InterruptedException {
    String reason = "the lease ran out";
    try {
      ledger.read(at.execution().id());
      return lost(at, reason, duty);
    } catch (Unreachable e) {
      return unreachable(at, reason + ", " + e.getMessage(), duty);
    }
  }

  /** What isn't committed by now never will be: the next start presumes it aborted. */
  private static Next unreachable(Stored at, String reason, Duty duty) {
    boolean live = at.execution().state().live();
    duty.story().summarise(reason, live ? Status.UNKNOWN : Status.ERROR);
    return new Next.End(
        live
            ? Ending.unknown(reason + ": it is committed, and the next start goes on")
            : Ending.unreachable(reason + ": the next start removes what was staged"));
  }

  private static Ending aborted(String reason) {
    return new Ending(Result.ABORTED, ExitCode.ABORTED, reason);
  }

  /** While it is on trial, all stands under the step that widens, or under the way back. */
  private static Optional<Phase> place(State state) {
    if (!state.onTrial()) {
      return Optional.empty();
    }
    return Optional.of(state instanceof State.Withdrawing ? Phase.ROLLBACK : Phase.COMMIT);
  }

  /** What the time of an effect is counted under; a compensation counts its own. */
  private static Optional<Phase> phase(Effect effect) {
    return switch (effect) {
      case TAKE_CHECKPOINT -> Optional.of(Phase.CHECKPOINT);
      case STAGE -> Optional.of(Phase.STAGE);
      case PREPARE -> Optional.of(Phase.PREPARE);
      case JUDGE_GATE, OBSERVE_AGAIN -> Optional.of(Phase.GATE);
      case VERIFY_CHECKPOINT -> Optional.of(Phase.COMMIT);
      case PUBLISH -> Optional.of(Phase.PUBLISH);
      case CONVERGE -> Optional.of(Phase.CONVERGE);
      case VALIDATE -> Optional.of(Phase.VALIDATE);
      case WIDEN -> Optional.of(Phase.PUBLISH);
      case BAKE -> Optional.of(Phase.BAKE);
      case WITHDRAW -> Optional.of(Phase.ROLLBACK);
      case COLLECT, DISCARD -> Optional.of(Phase.FINISH);
      case COMPENSATE, REST -> Optional.empty();
    };
  }
}
