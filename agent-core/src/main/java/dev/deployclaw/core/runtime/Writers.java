package dev.deployclaw.core.runtime;

import java.util.HashMap;
import java.util.Map;

/**
 * Which thread of this process writes which execution's log now, so that none ends a log that
 * another still writes. A thread writes one log at a time, so what it began before is nobody's once
 * it begins another; nor is what a dead thread wrote. Any thread.
 */
public final class Writers {
  private final Map<String, Thread> byLog = new HashMap<>();

  /** The caller writes it from now on. */
  synchronized void begin(String execution) {
    var mine = Thread.currentThread();
    byLog.values().removeIf(writer -> writer == mine || !writer.isAlive());
    byLog.put(execution, mine);
  }

  /** The caller writes no more of it. */
  synchronized void end(String execution) {
    byLog.remove(execution, Thread.currentThread());
  }

  /** Whether another thread writes it. */
  synchronized boolean another(String execution) {
    var writer = byLog.get(execution);
    return writer != null && writer != Thread.currentThread() && writer.isAlive();
  }
}
