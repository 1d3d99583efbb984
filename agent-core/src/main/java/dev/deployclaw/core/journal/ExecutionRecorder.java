package dev.deployclaw.core.journal;

import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.call.RepeatedFailureGuard;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.Transition;
import dev.deployclaw.core.machine.TransitionEvidence;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one execution tells: its thoughts in order, one summary for each top-level step, and how
 * long each phase took. Used by one thread.
 */
public final class ExecutionRecorder {
  private final ExecutionLog log;
  private PhaseStepMapping phases;
  private final AgentClock time;
  private final Actor actor;
  private final Instant begun;
  private final long begunMicros;
  private final Map<String, Long> phaseMicros = new TreeMap<>();
  private final RepeatedFailureGuard failureGuard = new RepeatedFailureGuard();
  private final List<String> fragments = new ArrayList<>();
  private final Set<String> open = new TreeSet<>();
  private Optional<String> planHash = Optional.empty();
  private Optional<Long> epoch = Optional.empty();
  private Optional<Map<String, Object>> validation = Optional.empty();
  private Optional<Map<String, Object>> conversation = Optional.empty();
  private boolean back;
  private Optional<Phase> under = Optional.empty();
  private long waitingMicros;
  private int step;
  private long stepSince;
  private Status worst = Status.SKIPPED;

  /**
   * Who acts.
   *
   * @param name of the agent
   * @param isolation of its executors
   */
  record Actor(String name, Optional<ExecutorIsolation> isolation) {}

  ExecutionRecorder(ExecutionLog log, Procedure procedure, AgentClock time, Actor actor) {
    this.log = log;
    this.phases = new PhaseStepMapping(procedure);
    this.time = time;
    this.actor = actor;
    this.begun = time.instant();
    this.begunMicros = time.micros();
  }

  public String execution() {
    return log.execution();
  }

  /** How its calls went so far. */
  public RepeatedFailureGuard failureGuard() {
    return failureGuard;
  }

  /** By which calls are made for it, under the step that it is at now. */
  public CallContext callContext(FencingToken fence) {
    return new CallContext(
        fence, new Purpose(execution(), planHash.orElse(""), step), failureGuard);
  }

  public CallContext looks() {
    return callContext(FencingToken.NONE);
  }

  public void asked(TaskRequest request) {
    var facts = new TreeMap<String, Object>();
    facts.put("request", request.text());
    facts.put("requester", request.requester());
    if (request.manual()) {
      facts.put("approval", "manual");
    }
    if (!request.conversation().execution().isEmpty()) {
      facts.put("continues", request.conversation().execution());
    }
    actor.isolation().ifPresent(wall -> facts.put("isolation", wall.facts()));
    tell(
        Phase.REQUEST,
        "Asked by " + request.requester(),
        new LogEntryContent(request.text(), Status.OK, facts));
  }

  /** From now on it is told by these steps. */
  public void follow(Procedure procedure) {
    phases = new PhaseStepMapping(procedure);
  }

  public void planned(String hash) {
    planHash = Optional.of(hash);
  }

  /** From now on thoughts are about this change; a compensation's all stand under one step. */
  public void about(ChangeExecution x) {
    epoch = Optional.of(x.epoch());
    if (!x.planHash().isEmpty()) {
      planHash = Optional.of(x.planHash());
    }
    back = x.kind() == ChangeKind.COMPENSATION;
  }

  /** From now on thoughts of all phases stand under the step of this one; or each under its own. */
  public void under(Optional<Phase> one) {
    under = one;
  }

  /** From now on thoughts are about a committed epoch that stays. */
  public void about(long committed) {
    epoch = Optional.of(committed);
  }

  /** From now on nothing is written; see {@link ExecutionLog#fallSilent}. */
  public void fallSilent() {
    log.fallSilent();
  }

  public boolean silent() {
    return log.silent();
  }

  public void doubt(SealedRecord sealed, LogEntry thought) {
    log.doubt(sealed, thought);
  }

  /** Whether its last record says how it ended, and leaves no record in doubt. */
  public boolean ended() {
    return log.ended() && !log.endedInDoubt();
  }

  public void catchUp(StateStore state) throws InterruptedException {
    log.catchUp(state);
  }

  /** A top-level step begins; the one before it ends with its summary. */
  public void enter(int next) {
    if (next != step) {
      leave();
      step = next;
      stepSince = time.micros();
    }
  }

  /** What belongs to the phase begins, so that its time is counted to its own step. */
  public void begin(Phase phase) {
    place(phase);
  }

  /** Ends the step under way with its summary. */
  void leave() {
    if (step > 0) {
      var status = fragments.isEmpty() ? Status.OK : worst;
      var entry =
          new LogEntryContent(String.join("; ", fragments), status, Map.of("summary", true));
      log.add(thought(phaseOf(step), phases.action(step), entry, since(stepSince)));
    }
    step = 0;
    fragments.clear();
    worst = Status.SKIPPED;
  }

  /** A line for the summary of the step under way. */
  public void summarise(String fragment, Status status) {
    if (!fragment.isEmpty()) {
      fragments.add(fragment);
    }
    if (severity(status) > severity(worst)) {
      worst = status;
    }
  }

  /** A nested thought. */
  public void tell(Phase phase, String action, LogEntryContent entry) {
    place(phase);
    log.add(thought(phase, action, entry, Optional.empty()));
  }

  /** A nested thought under the step that is under way. */
  public void tellHere(String action, LogEntryContent entry) {
    log.add(thought(phaseOf(step), action, entry, Optional.empty()));
  }

  /** A nested thought about something that took time. */
  public void tellTimed(Phase phase, String action, LogEntryContent entry, long fromMicros) {
    place(phase);
    log.add(thought(phase, action, entry, since(fromMicros)));
  }

  /** The record of a transition, to be sealed into its transaction. */
  public LogEntry record(Transition transition) {
    var note = transition.note();
    place(note.phase());
    String word = transition.next().state().word();
    var facts = new TreeMap<>(TransitionEvidence.of(transition.next()));
    facts.putAll(transition.facts());
    facts.put("change", transition.next().id());
    facts.put("state", word);
    facts.put("turn", transition.next().turn());
    transition.next().cohort().ifPresent(share -> facts.put("cohort", share));
    var entry =
        new LogEntryContent(note.detail(), note.status(), facts).deciding(transition.decision());
    return thought(note.phase(), "Recorded: " + word, entry, Optional.empty());
  }

  /** The record of an act, to be sealed into the transaction that permits it. */
  public LogEntry record(Phase phase, String action, LogEntryContent entry) {
    return thought(phase, action, entry, Optional.empty());
  }

  public SealedRecord seal(LogEntry thought) {
    return log.seal(thought);
  }

  public List<SealedRecord> waiting() {
    return log.waiting();
  }

  public void keep(SealedRecord sealed, LogEntry thought) {
    log.keep(sealed, thought);
  }

  /** Adds to the time that a phase took. */
  public void took(Phase phase, long fromMicros) {
    String name = (back ? Phase.ROLLBACK : phase).word();
    phaseMicros.merge(name, time.micros() - fromMicros, Long::sum);
  }

  /** What validation counted, for the last record. */
  public void validated(Map<String, Object> counted) {
    validation = Optional.of(Map.copyOf(counted));
  }

  /** What an answer goes on with, for the last record. */
  public void conversed(Map<String, Object> open) {
    conversation = Optional.of(Map.copyOf(open));
  }

  /** Of a member it stays unknown what it should hold, however the rest ends. */
  public void leaveOpen(String member) {
    if (open.add(member)) {
      summarise(
          "the earlier state of " + member + " is unknown: its present state stays",
          Status.UNKNOWN);
    }
  }

  /** An ending, without hiding as a success what stays unknown, nor that the agent was frozen. */
  public ExecutionOutcome whole(ExecutionOutcome ending) {
    return known(failureGuard.frozen().map(ending::and).orElse(ending));
  }

  private ExecutionOutcome known(ExecutionOutcome ending) {
    return ending.result() == ExecutionStatus.COMPLETED && !open.isEmpty()
        ? ExecutionOutcome.unknown(
            "done, but the earlier state of %s is unknown: check its present state"
                .formatted(MemberPhrases.names(List.copyOf(open))))
        : ending;
  }

  public void waited(long micros) {
    waitingMicros += micros;
  }

  /** The last record's thought: its facts and the times. */
  public LogEntry ending(ExecutionOutcome ending, Map<String, Object> facts) {
    leave();
    var all = new TreeMap<>(facts);
    validation.ifPresent(v -> all.put("validation", v));
    conversation.ifPresent(c -> all.put("conversation", c));
    log.doubted().ifPresent(seq -> all.put(ExecutionLog.IN_DOUBT, seq));
    all.put("result", ending.result().name());
    all.put("phases_us", Map.copyOf(phaseMicros));
    all.put("waiting_us", waitingMicros);
    all.put("duration_us", time.micros() - begunMicros);
    all.put("begun", begun.toString());
    Status status =
        switch (ending.exit()) {
          case OK -> Status.OK;
          case HELD, NEEDS_CLARIFICATION, REFUSED -> Status.WARNING;
          case FAILED -> ending.result() == ExecutionStatus.UNKNOWN ? Status.UNKNOWN : Status.ERROR;
          case INTERNAL_FAULT, WRONG_USAGE, ROLLED_BACK, INVALID -> Status.ERROR;
          case AUDIT_FAILED, UNREACHABLE, ABORTED -> Status.ERROR;
        };
    var entry =
        new LogEntryContent(ending.reason(), status, all)
            .deciding(RecordedDecision.by(Name.END, ending.result().name()));
    return thought(Phase.END, "Ended: " + ending.result().name(), entry, since(begunMicros));
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

  private LogEntry thought(
      Phase phase, String action, LogEntryContent entry, Optional<Long> micros) {
    return new LogEntry(
        execution(),
        time.instant(),
        step,
        phase,
        action,
        entry.detail(),
        entry.status(),
        actor.name(),
        planHash,
        epoch,
        micros,
        entry.facts(),
        log.basis(entry.decision()));
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
