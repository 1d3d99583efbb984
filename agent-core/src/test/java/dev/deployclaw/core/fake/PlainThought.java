package dev.deployclaw.core.fake;

import dev.deployclaw.core.log.Basis;
import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A thought for a test, which says only what the test is about: else it is the agent's, at ten
 * o'clock, of no step, all well, without numbers. One of the end decides what its fact {@code
 * result} names, any other nothing.
 */
public final class PlainThought {
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
  private Optional<Decision> decision = Optional.empty();
  private List<Long> evidence = List.of();

  private PlainThought(String execution, Phase phase, String action) {
    this.execution = execution;
    this.phase = phase;
    this.action = action;
  }

  public static PlainThought of(String execution, Phase phase, String action) {
    return new PlainThought(execution, phase, action);
  }

  public PlainThought at(Instant time) {
    this.time = time;
    return this;
  }

  public PlainThought step(int step) {
    this.step = step;
    return this;
  }

  public PlainThought detail(String detail) {
    this.detail = detail;
    return this;
  }

  public PlainThought status(Status status) {
    this.status = status;
    return this;
  }

  public PlainThought actor(String actor) {
    this.actor = actor;
    return this;
  }

  public PlainThought planned(String planHash, long epoch) {
    this.planHash = Optional.of(planHash);
    this.epoch = Optional.of(epoch);
    return this;
  }

  public PlainThought took(long durationMicros) {
    this.durationMicros = Optional.of(durationMicros);
    return this;
  }

  public PlainThought facts(Map<String, Object> facts) {
    this.facts = facts;
    return this;
  }

  public PlainThought deciding(Decision decision) {
    this.decision = Optional.of(decision);
    return this;
  }

  /** The records that what it decides rests on. */
  public PlainThought restingOn(List<Long> evidence) {
    this.evidence = evidence;
    return this;
  }

  public Thought thought() {
    return new Thought(
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
        new Basis(decision.or(this::ending), evidence));
  }

  private Optional<Decision> ending() {
    return phase == Phase.END && facts.get("result") instanceof String result
        ? Optional.of(Decision.by(Name.END, result))
        : Optional.empty();
  }
}
