package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Evidence;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.Transition;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one execution tells: its thoughts in order, one summary for each top-level step, and how
 * long each phase took. Used by one thread.
 */
final class Story {
  private final ThoughtLog log;
  private Phases phases;
  private final Time time;
  private final String actor;
  private final Instant begun;
  private final long begunMicros;
  private final Map<String, Long> phaseMicros = new TreeMap<>();
  private final Conduct conduct = new Conduct();
  private final List<String> fragments = new ArrayList<>();
  private final Set<String> open = new TreeSet<>();
  private Optional<String> planHash = Optional.empty();
  private Optional<Long> epoch = Optional.empty();
  private Optional<Map<String, Object>> validation = Optional.empty();
  private boolean back;
  private Optional<Phase> under = Optional.empty();
  private long waitingMicros;
  private int step;
  private long stepSince;
  private Status worst = Status.SKIPPED;

  Story(ThoughtLog log, Procedure procedure, Time time, String actor) {
    this.log = log;
    this.phases = new Phases(procedure);
    this.time = time;
    this.actor = actor;
    this.begun = time.instant();
    this.begunMicros = time.micros();
  }

  String execution() {
    return log.execution();
  }

  /** How its calls went so far. */
  Conduct conduct() {
    return conduct;
  }

  /** By which calls are made for it, under the step that it is at now. */
  Mandate mandate(Fence fence) {
    return new Mandate(fence, new Purpose(execution(), planHash.orElse(""), step), conduct);
  }

  /** The same for calls that only look. */
  Mandate looks() {
    return mandate(Fence.NONE);
  }

  void asked(TaskRequest request) {
    var facts = new TreeMap<String, Object>();
    facts.put("request", request.text());
    facts.put("requester", request.requester());
    if (request.manual()) {
      facts.put("approval", "manual");
    }
    tell(
        Phase.REQUEST,
        "Asked by " + request.requester(),
        new Telling(request.text(), Status.OK, facts));
  }

  /** From now on it is told by these steps. */
  void follow(Procedure procedure) {
    phases = new Phases(procedure);
  }

  void planned(String hash) {
    planHash = Optional.of(hash);
  }

  /** From now on thoughts are about this change; a compensation's all stand under one step. */
  void about(Execution x) {
    epoch = Optional.of(x.epoch());
    if (!x.planHash().isEmpty()) {
      planHash = Optional.of(x.planHash());
    }
    back = x.kind() == Kind.COMPENSATION;
  }

  /** From now on thoughts of all phases stand under the step of this one; or each under its own. */
  void under(Optional<Phase> one) {
    under = one;
  }

  /** From now on thoughts are about a committed epoch that stays. */
  void about(long committed) {
    epoch = Optional.of(committed);
  }

  /** From now on nothing is written; see {@link ThoughtLog#fallSilent}. */
  void fallSilent() {
    log.fallSilent();
  }

  boolean silent() {
    return log.silent();
  }

  /** See {@link ThoughtLog#doubt}. */
  void doubt(Sealed sealed, Thought thought) {
    log.doubt(sealed, thought);
  }

  /** Whether its last record says how it ended, and leaves no record in doubt. */
  boolean ended() {
    return log.ended() && !log.endedInDoubt();
  }

  void catchUp(StateStore state) throws InterruptedException {
    log.catchUp(state);
  }

  /** A top-level step begins; the one before it ends with its summary. */
  void enter(int next) {
    if (next != step) {
      leave();
      step = next;
      stepSince = time.micros();
    }
  }

  /** What belongs to the phase begins, so that its time is counted to its own step. */
  void begin(Phase phase) {
    place(phase);
  }

  /** Ends the step under way with its summary. */
  void leave() {
    if (step > 0) {
      var status = fragments.isEmpty() ? Status.OK : worst;
      var telling = new Telling(String.join("; ", fragments), status, Map.of("summary", true));
      log.add(thought(phaseOf(step), phases.action(step), telling, since(stepSince)));
    }
    step = 0;
    fragments.clear();
    worst = Status.SKIPPED;
  }

  /** A line for the summary of the step under way. */
  void summarise(String fragment, Status status) {
    if (!fragment.isEmpty()) {
      fragments.add(fragment);
    }
    if (severity(status) > severity(worst)) {
      worst = status;
    }
  }

  /** A nested thought. */
  void tell(Phase phase, String action, Telling telling) {
    place(phase);
    log.add(thought(phase, action, telling, Optional.empty()));
  }

  /** A nested thought under the step that is under way, whatever it is. */
  void tellHere(String action, Telling telling) {
    log.add(thought(phaseOf(step), action, telling, Optional.empty()));
  }

  /** A nested thought about something that took time. */
  void tellTimed(Phase phase, String action, Telling telling, long fromMicros) {
    place(phase);
    log.add(thought(phase, action, telling, since(fromMicros)));
  }

  /** The record of a transition, to be sealed into its transaction. */
  Thought record(Transition transition) {
    var note = transition.note();
    place(note.phase());
    String word = transition.next().state().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    var facts = new TreeMap<>(Evidence.of(transition.next()));
    facts.putAll(transition.facts());
    facts.put("change", transition.next().id());
    facts.put("state", word);
    facts.put("turn", transition.next().turn());
    transition.next().cohort().ifPresent(share -> facts.put("cohort", share));
    var telling = new Telling(note.detail(), note.status(), facts).deciding(transition.decision());
    return thought(note.phase(), "Recorded: " + word, telling, Optional.empty());
  }

  /** The record of an act, to be sealed into the transaction that permits it. */
  Thought record(Phase phase, String action, Telling telling) {
    return thought(phase, action, telling, Optional.empty());
  }

  Sealed seal(Thought thought) {
    return log.seal(thought);
  }

  /** See {@link ThoughtLog#waiting}. */
  List<Sealed> waiting() {
    return log.waiting();
  }

  void keep(Sealed sealed, Thought thought) {
    log.keep(sealed, thought);
  }

  /** Adds to the time that a phase took. */
  void took(Phase phase, long fromMicros) {
    String name = (back ? Phase.ROLLBACK : phase).word();
    phaseMicros.merge(name, time.micros() - fromMicros, Long::sum);
  }

  /** What validation counted, for the last record. */
  void validated(Map<String, Object> counted) {
    validation = Optional.of(Map.copyOf(counted));
  }

  /** Of a member it stays unknown what it should hold, however the rest ends. */
  void leaveOpen(String member) {
    if (open.add(member)) {
      summarise("unknown what " + member + " held before: it keeps what it has", Status.UNKNOWN);
    }
  }

  /** An ending, without hiding as a success what stays unknown, nor that the agent was frozen. */
  Ending whole(Ending ending) {
    return known(conduct.frozen().map(ending::and).orElse(ending));
  }

  private Ending known(Ending ending) {
    return ending.result() == Result.COMPLETED && !open.isEmpty()
        ? Ending.unknown(
            "done, but it is unknown what %s held before: look at what it has now"
                .formatted(NamedMembers.names(List.copyOf(open))))
        : ending;
  }

  void waited(long micros) {
    waitingMicros += micros;
  }

  /** The last record's thought: its facts and the times. */
  Thought ending(Ending ending, Map<String, Object> facts) {
    leave();
    var all = new TreeMap<>(facts);
    validation.ifPresent(v -> all.put("validation", v));
    log.doubted().ifPresent(seq -> all.put(ThoughtLog.IN_DOUBT, seq));
    all.put("result", ending.result().name());
    all.put("phases_us", Map.copyOf(phaseMicros));
    all.put("waiting_us", waitingMicros);
    all.put("duration_us", time.micros() - begunMicros);
    all.put("begun", begun.toString());
    Status status =
        switch (ending.exit()) {
          case OK -> Status.OK;
          case HELD, NEEDS_CLARIFICATION, REFUSED -> Status.WARNING;
          case FAILED -> ending.result() == Result.UNKNOWN ? Status.UNKNOWN : Status.ERROR;
          case INTERNAL_FAULT, WRONG_USAGE, ROLLED_BACK, INVALID -> Status.ERROR;
          case AUDIT_FAILED, UNREACHABLE, ABORTED -> Status.ERROR;
        };
    var telling =
        new Telling(ending.reason(), status, all)
            .deciding(Decision.by(Name.END, ending.result().name()));
    return thought(Phase.END, "Ended: " + ending.result().name(), telling, since(begunMicros));
  }

  private void place(Phase phase) {
    phases.step(stood(phase)).ifPresent(this::enter);
  }

  /** The phase whose step a thought stands under. */
  private Phase stood(Phase phase) {
    if (phase == Phase.END || phase == Phase.ROLLBACK) {
      return phase;
    }
    return back ? Phase.ROLLBACK : under.orElse(phase);
  }

  private Phase phaseOf(int of) {
    for (Phase phase : Phase.values()) {
      if (phases.step(phase).filter(s -> s == of).isPresent()) {
        return phase;
      }
    }
    return Phase.PLAN;
  }

  private Optional<Long> since(long fromMicros) {
    return Optional.of(time.micros() - fromMicros);
  }

  private Thought thought(Phase phase, String action, Telling telling, Optional<Long> micros) {
    return new Thought(
        execution(),
        time.instant(),
        step,
        phase,
        action,
        telling.detail(),
        telling.status(),
        actor,
        planHash,
        epoch,
        micros,
        telling.facts(),
        log.basis(telling.decision()));
  }

  private static int severity(Status status) {
    return switch (status) {
      case SKIPPED -> 0;
      case OK -> 1;
      case WARNING -> 2;
      case UNKNOWN -> 3;
      case ERROR -> 4;
    };
  }
}
