package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.fake.AgentKilledError;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one loop: events in the order of a virtual clock, ties by the seed. Agents are real code on
 * threads of their own, but only who has the turn runs: whoever waits runs the loop itself until an
 * event gives somebody the turn, and hands it over. So with the same seed all happens in the same
 * order, whatever the machine does.
 */
public final class Simulation {
  /** More than any schedule needs: a loop that doesn't end is a finding. */
  private static final int MOST_EVENTS = 400_000;

  private static final int LONGEST_TURN_SECONDS = 120;

  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private final Random random;
  private final EventTrace trace;
  private final SimProcess outside = new SimProcess("outside");
  private BooleanSupplier wanted = () -> false;
  private long now;
  private int events;
  private @Nullable SimProcess turn;

  Simulation(long seed, long now, EventTrace trace) {
    this.now = now;
    this.random = new Random(seed);
    this.trace = trace;
  }

  private record Event(long at, int tie, int number, String name, Runnable act)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      int byTie = byTime == 0 ? Integer.compare(tie, other.tie) : byTime;
      return byTie == 0 ? Integer.compare(number, other.number) : byTie;
    }
  }

  /** Microseconds since the beginning. */
  public long now() {
    return now;
  }

  public Random random() {
    return random;
  }

  public EventTrace trace() {
    return trace;
  }

  /** Something happens after so many microseconds. It must not wait. */
  public void after(long micros, String name, Runnable act) {
    queue.add(new Event(now + Math.max(0, micros), random.nextInt(), events++, name, act));
  }

  /** A process begins after so many microseconds. */
  void start(SimProcess actor, long delayMicros, Runnable life) {
    after(
        delayMicros,
        actor + " begins",
        () -> {
          actor.begin(() -> live(actor, life));
          turn = actor;
        });
  }

  private void live(SimProcess actor, Runnable life) {
    awaitBaton(actor);
    try {
      life.run();
    } catch (AgentKilledError e) {
      actor.kill();
    } catch (Throwable e) {
      actor.failed(e);
    }
    actor.waitNoLonger();
    actor.end();
    trace.add(now, actor + " is over");
    pass();
  }

  /** The one who has the turn waits until what it waits for is there, or the time is over. */
  void await(SimProcess actor, AnswerSlot<?> slot, long micros) {
    actor.stayAlive();
    if (!slot.arrived()) {
      actor.waitFor(slot, now + micros);
      slot.onArrival(() -> look(actor, slot));
      after(micros, actor + " waits no longer", () -> look(actor, slot));
      loop(actor);
    }
    actor.stayAlive();
  }

  /** From outside: runs everything until an actor is over. */
  public void join(SimProcess actor) {
    until(actor::over);
  }

  /** From outside: the same, but until it stands still at the latest. */
  public void untilOverOrPaused(SimProcess actor) {
    until(() -> actor.over() || actor.paused());
  }

  private void until(BooleanSupplier there) {
    wanted = there;
    while (!there.getAsBoolean()) {
      step();
      if (turn != null) {
        turn.baton().release();
        awaitOutside();
      }
    }
  }

  /** A turn takes milliseconds: one that doesn't come back was handed to nobody. */
  private void awaitOutside() {
    try {
      if (!outside.baton().tryAcquire(LONGEST_TURN_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the turn doesn't come back from " + turn);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** From outside: lets time pass. */
  public void pass(long micros) {
    var timer = new SimProcess("timer");
    start(timer, micros, () -> {});
    join(timer);
  }

  /** Its process is gone: it gets no further than where it waits. */
  void kill(SimProcess actor) {
    actor.kill();
    wake(actor);
  }

  /** It stands still until {@link #resume}. */
  void pause(SimProcess actor) {
    trace.add(now, actor + " is paused");
    actor.pause();
  }

  public void resume(SimProcess actor) {
    if (actor.paused()) {
      trace.add(now, actor + " goes on");
      actor.goOn();
      after(0, actor + " looks around", () -> look(actor, actor.awaited()));
    }
  }

  /** Wakes who waits for this, if it is there or the time is over. */
  private void look(SimProcess actor, @Nullable AnswerSlot<?> slot) {
    if (slot != null && actor.awaited() == slot && actor.readyAt(now)) {
      wake(actor);
    }
  }

  /** Gives the turn to who waits, unless it stands still; one after the other. */
  private void wake(SimProcess actor) {
    if (actor.awaited() == null || actor.paused()) {
      return;
    }
    if (turn == null) {
      turn = actor;
    } else if (turn != actor) {
      after(0, actor + " is woken", () -> wake(actor));
    }
  }

  /** Runs the loop on the thread of who waits, until it has the turn again. */
  private void loop(SimProcess me) {
    while (true) {
      while (turn == null && !wanted.getAsBoolean() && !queue.isEmpty()) {
        step();
      }
      if (turn == me) {
        turn = null;
        me.waitNoLonger();
        return;
      }
      handOver();
      me.baton().acquireUninterruptibly();
    }
  }

  /** What a thread that ends does with the turn. */
  private void pass() {
    turn = null;
    handOver();
  }

  private void handOver() {
    (turn == null ? outside : turn).baton().release();
  }

  private void awaitBaton(SimProcess actor) {
    actor.baton().acquireUninterruptibly();
    turn = null;
  }

  private void step() {
    var event = queue.poll();
    if (event == null) {
      throw new AssertionError("everybody waits, and nothing happens any more");
    }
    if (event.number() > MOST_EVENTS) {
      throw new AssertionError("no end after " + MOST_EVENTS + " events");
    }
    now = event.at();
    trace.add(now, event.name());
    event.act().run();
  }
}
