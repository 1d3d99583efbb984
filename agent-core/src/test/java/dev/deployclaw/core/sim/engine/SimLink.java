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
  private final SimHost host = new SimHost(this);
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

  /** The host that performs what its executors are called for. */
  public SimHost host() {
    return host;
  }

  /** Has something happen late. */
  void late(long afterMicros, String what, Runnable then) {
    late.send(afterMicros, what, then);
  }

  /** What was sent so far. */
  public List<AwaitPoint> hops() {
    return hops;
  }

  /** What is asked, and how it ends when nobody takes it. */
  record Message<T>(String what, Kind kind, Supplier<T> apply, Supplier<T> refused) {}

  /** What stands between a process and who applies its messages. */
  interface Relay {
    void forth(Runnable apply);

    void back(Runnable answer);

    Relay NONE =
        new Relay() {
          @Override
          public void forth(Runnable apply) {
            apply.run();
          }

          @Override
          public void back(Runnable answer) {
            answer.run();
          }
        };
  }

  /** Sends it; its answer arrives, or doesn't. */
  <T> AnswerSlot<T> send(Message<T> message) {
    return send(message, Relay.NONE);
  }

  <T> AnswerSlot<T> send(Message<T> message, Relay relay) {
    var fate = fate(message.what(), message.kind());
    var slot = new AnswerSlot<T>();
    long way = way();
    switch (fate) {
      case ANSWERED -> answer(message, slot, way, relay);
      case REFUSED ->
          sim.after(
              way,
              "refused " + name(message),
              () -> relay.back(() -> fill(slot, message.refused())));
      case LOST -> {}
      case ANSWER_LOST ->
          sim.after(way, "lost after " + name(message), () -> apply(message, relay));
      case LATE -> lately("", message, relay);
      case TWICE -> {
        answer(message, slot, way, relay);
        lately("again ", message, relay);
      }
      case SENT_AGAIN -> {
        sim.after(way, "first " + name(message), () -> apply(message, relay));
        answer(message, slot, 2 * way, relay);
      }
      case DIES_BEFORE -> throw actor.die();
      case DIES_SENT -> {
        lately("after its death ", message, relay);
        throw actor.die();
      }
      case DIES_APPLIED -> {
        apply(message, relay);
        throw actor.die();
      }
      case PAUSES_BEFORE -> {
        pause();
        answer(message, slot, way, relay);
      }
      case PAUSES_SENT -> {
        late.send(
            weather.lateness(),
            "meanwhile " + name(message),
            () -> relay.forth(() -> arrive(message, slot)));
        pause();
      }
      case PAUSES_APPLIED -> {
        answer(message, slot, way, relay);
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

  private <T> void answer(Message<T> message, AnswerSlot<T> slot, long way, Relay relay) {
    sim.after(
        way,
        name(message),
        () ->
            relay.forth(() -> {
              var answer = new AnswerSlot<T>();
              fill(answer, message.apply());
              sim.after(
                  way(),
                  "answer to " + name(message),
                  () -> relay.back(() -> fill(slot, answer::value)));
            }));
  }

  private <T> void arrive(Message<T> message, AnswerSlot<T> slot) {
    fill(slot, message.apply());
  }

  private <T> void apply(Message<T> message, Relay relay) {
    relay.forth(() -> apply(message));
  }

  private <T> void apply(Message<T> message) {
    sim.trace().add(sim.now(), "applied " + name(message));
    fill(new AnswerSlot<T>(), message.apply());
  }

  /** It is on its way for long, whatever becomes of who sent it. */
  private <T> void lately(String how, Message<T> message, Relay relay) {
    long lateness = weather.lateness();
    relay.forth(() -> late.send(lateness, how + name(message), () -> apply(message)));
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

  long way() {
    return (long) SHORTEST_WAY + sim.random().nextInt(LONGEST_WAY - SHORTEST_WAY);
  }

  private String name(Message<?> message) {
    return actor + " " + message.what();
  }
}
