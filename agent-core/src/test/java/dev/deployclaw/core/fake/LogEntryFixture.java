package dev.deployclaw.core.fake;

import dev.deployclaw.core.log.DecisionBasis;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A thought for a test, which says only what the test is about: else it is the agent's, at ten
 * o'clock, of no step, all well, without numbers. One of the end decides what its fact {@code
 * result} names, any other nothing.
 */
public final class LogEntryFixture {
  private static final Instant TEN = Instant.parse("2026-11-24T10:00:00Z");

  private final String execution;
  private final Phase phase;
  private final String action;
  private Instant time = TEN;
  private int step;
  private String detail = "";
  private Status status = Status.OK;
  private String actor = "agent";
  private Optional<String> planHash = Optional.empty();
  private Optional<Long> epoch = Optional.empty();
  private Optional<Long> durationMicros = Optional.empty();
  private Map<String, Object> facts = Map.of();
  private Optional<RecordedDecision> decision = Optional.empty();
  private List<Long> evidence = List.of();

  private LogEntryFixture(String execution, Phase phase, String action) {
    this.execution = execution;
    this.phase = phase;
    this.action = action;
  }

  public static LogEntryFixture of(String execution, Phase phase, String action) {
    return new LogEntryFixture(execution, phase, action);
  }

  /** Seals one behind the other. */
  public static List<SealedRecord> seal(RecordSealer sealer, LogHead head, List<LogEntry> all) {
    var out = new ArrayList<SealedRecord>();
    for (var entry : all) {
      out.add(sealer.seal(out.isEmpty() ? head : out.getLast().head(), entry));
    }
    return out;
  }

  public LogEntryFixture at(Instant time) {
    this.time = time;
    return this;
  }

  public LogEntryFixture step(int step) {
    this.step = step;
    return this;
  }

  public LogEntryFixture detail(String detail) {
    this.detail = detail;
    return this;
  }

  public LogEntryFixture status(Status status) {
    this.status = status;
    return this;
  }

  public LogEntryFixture actor(String actor) {
    this.actor = actor;
    return this;
  }

  public LogEntryFixture planned(String planHash, long epoch) {
    this.planHash = Optional.of(planHash);
    this.epoch = Optional.of(epoch);
    return this;
  }

  public LogEntryFixture took(long durationMicros) {
    this.durationMicros = Optional.of(durationMicros);
    return this;
  }

  public LogEntryFixture facts(Map<String, Object> facts) {
    this.facts = facts;
    return this;
  }

  public LogEntryFixture deciding(RecordedDecision decision) {
    this.decision = Optional.of(decision);
    return this;
  }

  /** The records that what it decides rests on. */
  public LogEntryFixture restingOn(List<Long> evidence) {
    this.evidence = evidence;
    return this;
  }

  public LogEntry thought() {
    return new LogEntry(
        execution,
        time,
        step,
        phase,
        action,
        detail,
        status,
        actor,
        planHash,
        epoch,
        durationMicros,
        facts,
        new DecisionBasis(decision.or(this::ending), evidence));
  }

  private Optional<RecordedDecision> ending() {
    return phase == Phase.END && facts.get("result") instanceof String result
        ? Optional.of(RecordedDecision.by(Name.END, result))
        : Optional.empty();
  }
}
