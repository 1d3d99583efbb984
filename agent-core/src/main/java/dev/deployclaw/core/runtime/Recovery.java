package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.ExecutionMachine;
import dev.deployclaw.core.machine.GatePolicy;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.LeftOut;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.runtime.WriteBacks.Tried;
import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what an agent that died left behind, decided from the state store alone: not committed
 * is presumed aborted, committed rolls forward to its end. Comes before anything else that writes.
 */
final class Recovery {
  /** A failed change, its way back, and each a few times over. */
  private static final int MOST = 16;

  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Orchestrator orchestrator;
  private final Ledger ledger;
  private final Stories stories;
  private final Epilogue epilogue;
  private final WriteBacks writeBacks;
  private final LogEnds logEnds;
  private final LostRecords lostRecords;
  private final StreamRepairs streamRepairs;
  private final Overtaken overtaken;
  private final HeldRepairs heldRepairs;
  private final GatePolicy gate;
  private final Time time;

  /** What it works with. */
  record Parts(
      Orchestrator orchestrator,
      Stories stories,
      Epilogue epilogue,
      WriteBacks writeBacks,
      GatePolicy gate) {}

  Recovery(Parts parts, Ports ports) {
    this.orchestrator = parts.orchestrator();
    this.ledger = orchestrator.ledger();
    this.stories = parts.stories();
    this.epilogue = parts.epilogue();
    this.writeBacks = parts.writeBacks();
    this.overtaken = new Overtaken(ports.state());
    this.logEnds = new LogEnds(ports, ledger, stories, epilogue);
    var accounts = new Accounts(ports.state(), ledger, stories, epilogue);
    this.lostRecords = new LostRecords(ports.journal(), accounts);
    this.streamRepairs = new StreamRepairs(ports.journal(), accounts);
    this.heldRepairs = new HeldRepairs(ports, ledger, epilogue);
    this.gate = parts.gate();
    this.time = ports.time();
  }

  /**
   * What was finished.
   *
   * @param blocked set when what is open could not be finished: nothing new may begin
   */
  record Recovered(List<Ended> finished, Optional<Ended> blocked) {
    Recovered {
      finished = List.copyOf(finished);
    }

    /** With more that was done; what was finished before is named once. */
    Recovered and(List<Ended> late) {
      var named = finished.stream().map(Ended::execution).toList();
      var all = new ArrayList<>(finished);
      late.stream().filter(e -> !named.contains(e.execution())).forEach(all::add);
      return new Recovered(all, blocked);
    }
  }

  /**
   * Why somebody may not leave members out of what is open; empty where they may, or nothing is.
   */
  Optional<String> refuses(LeftOut leftOut) throws InterruptedException {
    var open = ledger.open();
    var x = open.isEmpty() ? Optional.<Stored>empty() : ledger.read(open.get());
    return x.flatMap(s -> gate.refusesLeavingOut(s.execution(), leftOut.by()))
        .map(GatePolicy.Refusal::reason);
  }

  /**
   * @param leftOut members without which a way back may end
   */
  Recovered run(Leadership leadership, Optional<LeftOut> leftOut) throws InterruptedException {
    List<Ended> finished = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      var open = ledger.open();
      if (open.isEmpty()) {
        expire(leadership, finished);
        expireRepairs(leadership, finished);
        finished.addAll(logEnds.write(leadership));
        finished.addAll(lostRecords.account(leadership));
        finished.addAll(streamRepairs.account(leadership));
        return new Recovered(finished, Optional.empty());
      }
      var ended = finish(open.get(), leadership, leftOut);
      if (ledger.open().equals(open)) {
        return new Recovered(finished, Optional.of(ended));
      }
      finished.add(ended);
    }
    throw new IllegalStateException("no end to what is to be recovered");
  }

  private Ended finish(String id, Leadership leadership, Optional<LeftOut> leftOut)
      throws InterruptedException {
    var stored = ledger.read(id);
    if (stored.isEmpty()) {
      String reason = "open names " + id + ", of which nothing is stored: a person has to decide";
      return Ended.of(id, Ending.unknown(reason));
    }
    var x = stored.get().execution();
    var story = stories.goOn(x.log(), operation(x));
    var duty = new Duty(leadership, story, Risks.NONE, leftOut);
    story.about(x);
    leftOut.ifPresent(l -> tellWord(l, story));
    var ending = presume(stored.get(), duty);
    boolean ends = x.id().equals(x.log()) || ending.result() == Result.UNKNOWN;
    return ends
        ? epilogue.end(story, ending, Optional.of(leadership), List.of())
        : Ended.of(x.id(), ending);
  }

  private Ending presume(Stored stored, Duty duty) throws InterruptedException {
    var state = stored.execution().state();
    if (overtaken.has(stored.execution())) {
      tell(duty, "found " + word(state) + ": " + Regression.ACCEPTED, "overtaken");
      return orchestrator.supersede(stored, duty);
    }
    String found = "found " + word(state);
    if (ExecutionMachine.presumedAborted(state)) {
      tell(duty, found + ": not committed, presumed aborted", "presumed-aborted");
      return orchestrator.resume(
          stored, new Event.Stopped(Cause.INTERRUPTED, "the agent ended before the commit"), duty);
    }
    if (state.committed()) {
      tell(duty, found + ": committed, rolling forward", "roll-forward");
    } else {
      tell(duty, found + goingOn(state), "go-on");
    }
    return orchestrator.drive(stored, Optional.empty(), duty);
  }

  private static void tellWord(LeftOut leftOut, Story story) {
    String members = NamedMembers.names(leftOut.members());
    story.tell(
        Phase.FINISH,
        "Leaving members out",
        new Telling(
            leftOut.by() + " leaves out who of these can't go back: " + members,
            Status.WARNING,
            Map.of("members", leftOut.members(), "who", leftOut.by())));
  }

  private static String word(State state) {
    return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static String goingOn(State state) {
    return state.onTrial() ? ": its cohort is committed, going on with it" : ": going on";
  }

  /** Held changes whose time is over, or whose epoch is, are ended, one after the other. */
  private void expire(Leadership leadership, List<Ended> finished) throws InterruptedException {
    long now = time.instant().toEpochMilli();
    long upTo = overtaken.upTo();
    for (var x : ledger.changes()) {
      if (x.state() instanceof State.Held held && (held.untilMillis() < now || x.epoch() <= upTo)) {
        var stored = ledger.read(x.id()).orElseThrow();
        var story = stories.goOn(x.log(), operation(x));
        var duty = new Duty(leadership, story, Risks.NONE);
        var ending =
            x.epoch() <= upTo
                ? orchestrator.supersede(stored, duty)
                : orchestrator.resume(stored, new Event.Expired(), duty);
        finished.add(epilogue.end(story, ending, Optional.of(leadership), List.of()));
      }
    }
  }

  private void expireRepairs(Leadership leadership, List<Ended> finished)
      throws InterruptedException {
    for (var held : heldRepairs.expired()) {
      var story = stories.goOn(held.repair().id(), Operation.REPAIR_DRIFT);
      finished.add(heldRepairs.drop(held, HeldRepairs.expiry(), leadership, story));
    }
  }

  /**
   * What was to be written back and isn't yet: after what was asked for, which never waits for it.
   * An outage of the sources ends it; what can't be told stays for the next command.
   *
   * @param tried the change that was just written back, or tried to
   */
  List<Ended> writeBack(String tried, Leadership leadership) throws InterruptedException {
    List<Ended> finished = new ArrayList<>();
    try {
      int tries = 0;
      for (String id : writeBacks.pending()) {
        var came = id.equals(tried) ? Optional.<Tried>empty() : writeBack(id, leadership, finished);
        tries += came.isPresent() ? 1 : 0;
        if (tries == WriteBacks.MOST || came.filter(c -> !c.answered()).isPresent()) {
          break;
        }
      }
    } catch (Unreachable e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("write-back is left to the next command that may write");
    }
    return finished;
  }

  private Optional<Tried> writeBack(String id, Leadership leadership, List<Ended> finished)
      throws InterruptedException {
    var x = ledger.read(id).map(Stored::execution);
    var tried = writeBacks.settle(id, leadership);
    if (x.isPresent() && tried.filter(Tried::over).isPresent()) {
      var story = stories.goOn(id, operation(x.get()));
      story.tell(Phase.FINISH, WriteBacks.ACTION, tried.get().telling());
      var ending = Ending.of(x.get());
      finished.add(epilogue.end(story, ending, Optional.of(leadership), List.of()));
    }
    tried
        .filter(t -> !t.over())
        .ifPresent(t ->
            LOG.atWarn()
                .addKeyValue("execution", id)
                .addKeyValue("reason", t.telling().detail())
                .log("still to be written back"));
    return tried;
  }

  /** What an execution follows; where an earlier version opened it, what all of its kind did. */
  static Operation operation(Execution x) {
    return x.followed().flatMap(f -> Operation.ofWord(f.operation())).orElseGet(() -> ofKind(x));
  }

  private static Operation ofKind(Execution x) {
    return x.kind() == Kind.ROLLBACK ? Operation.ROLLBACK : Operation.APPLY_POLICIES;
  }

  private static void tell(Duty duty, String detail, String rule) {
    var telling =
        new Telling(detail, Status.WARNING, Map.of()).deciding(Decision.by(Name.RECOVER, rule));
    duty.story().tell(Phase.FINISH, "Recovering at start", telling);
  }
}
