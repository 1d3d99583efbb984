package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * All that one process of the agent sends into the world. Each message is an await point; the
 * weather says what becomes of it.
 */
public final class SimLink {
  /** One way, at the least and at the most. */
  private static final int SHORTEST_WAY = 100;

  private static final int LONGEST_WAY = 2_000;

  private final Simulation sim;
  private final SimProcess actor;
  private final FaultModel weather;
  private final Late late;
  private final List<AwaitPoint> hops = new ArrayList<>();

  /** Who takes messages that are to arrive late. */
  interface Late {
    void send(long afterMicros, String what, Runnable apply);
  }

  SimLink(Simulation sim, SimProcess actor, FaultModel weather, Late late) {
    this.sim = sim;
    this.actor = actor;
    this.weather = weather;
    this.late = late;
  }

  public Simulation sim() {
    return sim;
  }

  SimProcess actor() {
    return actor;
  }

  FaultModel weather() {
    return weather;
  }

  /** What was sent so far. */
  public List<AwaitPoint> hops() {
    return hops;
  }

  /** What is asked, and how it ends when nobody takes it. */
  record Message<T>(String what, Kind kind, Supplier<T> apply, Supplier<T> refused) {}

  /** Sends it; its answer arrives, or doesn't. */
  <T> AnswerSlot<T> send(Message<T> message) {
    var fate = fate(message.what(), message.kind());
    var slot = new AnswerSlot<T>();
    long way = way();
    switch (fate) {
      case ANSWERED -> answer(message, slot, way);
      case REFUSED ->
          sim.after(way, "refused " + name(message), () -> fill(slot, message.refused()));
      case LOST -> {}
      case ANSWER_LOST -> sim.after(way, "lost after " + name(message), () -> apply(message));
      case LATE -> late.send(weather.lateness(), name(message), () -> apply(message));
      case TWICE -> {
        answer(message, slot, way);
        late.send(weather.lateness(), "again " + name(message), () -> apply(message));
      }
      case SENT_AGAIN -> {
        sim.after(way, "first " + name(message), () -> apply(message));
        answer(message, slot, 2 * way);
      }
      case DIES_BEFORE -> throw actor.die();
      case DIES_SENT -> {
        late.send(weather.lateness(), "after its death " + name(message), () -> apply(message));
        throw actor.die();
      }
      case DIES_APPLIED -> {
        apply(message);
        throw actor.die();
      }
      case PAUSES_BEFORE -> {
        pause();
        answer(message, slot, way);
      }
      case PAUSES_SENT -> {
        late.send(weather.lateness(), "meanwhile " + name(message), () -> arrive(message, slot));
        pause();
      }
      case PAUSES_APPLIED -> {
        answer(message, slot, way);
        pause();
      }
    }
    return slot;
  }

  /** What is written on this machine's disk: at once, or the process dies at it. */
  void write(String what, Runnable write) {
    var fate = fate(what, Kind.DISK);
    switch (fate) {
      case DIES_BEFORE, DIES_SENT -> throw actor.die();
      case DIES_APPLIED -> {
        write.run();
        throw actor.die();
      }
      case PAUSES_BEFORE, PAUSES_SENT, PAUSES_APPLIED -> {
        pause();
        write.run();
      }
      case ANSWERED, REFUSED, LOST, ANSWER_LOST, LATE, TWICE, SENT_AGAIN -> write.run();
    }
  }

  /** The answer, or what stands for none. */
  <T> T ask(Message<T> message, long micros, Supplier<T> unknown) {
    var slot = send(message);
    sim.await(actor, slot, micros);
    return slot.arrived() ? slot.value() : unknown.get();
  }

  private MessageFate fate(String what, Kind kind) {
    actor.stayAlive();
    var hop = new AwaitPoint(hops.size() + 1, what, kind);
    hops.add(hop);
    var fate = weather.fate(actor, hop);
    sim.trace().add(sim.now(), actor + " " + hop.number() + " " + what + " " + fate);
    return fate;
  }

  private <T> void answer(Message<T> message, AnswerSlot<T> slot, long way) {
    sim.after(
        way,
        name(message),
        () -> {
          var answer = new AnswerSlot<T>();
          fill(answer, message.apply());
          sim.after(way(), "answer to " + name(message), () -> fill(slot, answer::value));
        });
  }

  private <T> void arrive(Message<T> message, AnswerSlot<T> slot) {
    fill(slot, message.apply());
  }

  private <T> void apply(Message<T> message) {
    sim.trace().add(sim.now(), "applied " + name(message));
    fill(new AnswerSlot<T>(), message.apply());
  }

  private static <T> void fill(AnswerSlot<T> slot, Supplier<T> answer) {
    try {
      slot.arrive(answer.get());
    } catch (RuntimeException e) {
      slot.fail(e);
    }
  }

  private void pause() {
    sim.pause(actor);
    long micros = weather.pauseFor();
    if (micros >= 0) {
      sim.after(micros, actor + " is let go on", () -> sim.resume(actor));
    }
    sim.await(actor, new AnswerSlot<Boolean>(), 0);
  }

  private long way() {
    return (long) SHORTEST_WAY + sim.random().nextInt(LONGEST_WAY - SHORTEST_WAY);
  }

  private String name(Message<?> message) {
    return actor + " " + message.what();
  }
}
