package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.fake.AgentKilledError;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A process of the agent: real code on a thread of its own that runs only while it has the turn.
 */
public final class SimProcess {
  private final String name;
  private final Semaphore baton = new Semaphore(0);
  private @Nullable AnswerSlot<?> awaited;
  private @Nullable Throwable failure;
  private Runnable afterwards = () -> {};
  private long until;
  private boolean paused;
  private boolean dead;
  private boolean over;

  SimProcess(String name) {
    this.name = name;
  }

  void begin(Runnable life) {
    Thread.ofVirtual().name(name).start(life);
  }

  Semaphore baton() {
    return baton;
  }

  void waitFor(AnswerSlot<?> slot, long untilMicros) {
    awaited = slot;
    until = untilMicros;
  }

  void waitNoLonger() {
    awaited = null;
  }

  /** What it waits for; null while it doesn't. */
  @Nullable AnswerSlot<?> awaited() {
    return awaited;
  }

  boolean readyAt(long now) {
    return awaited != null && (awaited.arrived() || now >= until);
  }

  /**
   * @throws AgentKilledError when its process is gone
   */
  void stayAlive() {
    if (dead) {
      throw new AgentKilledError(name);
    }
  }

  /** The process dies of its own call. */
  AgentKilledError die() {
    dead = true;
    return new AgentKilledError(name);
  }

  void kill() {
    dead = true;
    paused = false;
  }

  boolean dead() {
    return dead;
  }

  void pause() {
    paused = true;
  }

  void goOn() {
    paused = false;
  }

  public boolean paused() {
    return paused;
  }

  /** What happens once it is over. */
  public void afterwards(Runnable then) {
    afterwards = then;
  }

  void end() {
    over = true;
    afterwards.run();
  }

  boolean over() {
    return over;
  }

  /** It ended by something that the agent's code must never throw. */
  void failed(Throwable by) {
    failure = by;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public String toString() {
    return name;
  }
}
