package dev.deployclaw.core.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The line between one agent's process and the world. Counts calls, and can cut the process off
 * before a call goes out or after it was applied. Safe for several threads.
 */
public final class AgentWire {
  /** Where a kill strikes. */
  public enum Moment {
    BEFORE,
    AFTER
  }

  private final int killAt;
  private final Moment moment;
  private final List<String> calls = new ArrayList<>();
  private boolean dead;

  private AgentWire(int killAt, Moment moment) {
    this.killAt = killAt;
    this.moment = moment;
  }

  /** A process that nobody kills. */
  public static AgentWire whole() {
    return new AgentWire(Integer.MAX_VALUE, Moment.BEFORE);
  }

  /**
   * @param call the number of the call, from 1
   */
  public static AgentWire cut(int call, Moment moment) {
    return new AgentWire(call, moment);
  }

  /** The names of the calls that went out, in order. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  public synchronized boolean dead() {
    return dead;
  }

  <T> T call(String name, Callable<T> call) throws InterruptedException {
    boolean last = begin(name);
    T answer = apply(call);
    if (last) {
      throw die("after " + name);
    }
    if (dead()) {
      throw new AgentKilledError("meanwhile");
    }
    return answer;
  }

  private synchronized boolean begin(String name) {
    if (dead) {
      throw new AgentKilledError("before " + name);
    }
    calls.add(name);
    boolean mine = calls.size() == killAt;
    if (mine && moment == Moment.BEFORE) {
      throw die("before " + name);
    }
    return mine;
  }

  private synchronized AgentKilledError die(String at) {
    dead = true;
    return new AgentKilledError(at);
  }

  private static <T> T apply(Callable<T> call) throws InterruptedException {
    try {
      return call.call();
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
