package dev.deployclaw.core.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/**
 * Which thread of this process writes which execution's log now, so that none ends a log that
 * another still writes; other processes see the same by its claims. A thread writes one log at a
 * time, so what it began before is nobody's once it begins another; nor is what a dead thread
 * wrote. Any thread.
 */
public final class LogWriterRegistry {
  private final LogClaims claims;
  private final Map<String, Thread> byLog = new HashMap<>();

  /**
   * @param claims of all processes that share the journal
   */
  public LogWriterRegistry(LogClaims claims) {
    this.claims = claims;
  }

  /** The caller writes it from now on. */
  public synchronized void begin(String execution) {
    var mine = Thread.currentThread();
    for (var entry : new ArrayList<>(byLog.entrySet())) {
      if (entry.getValue() == mine || !entry.getValue().isAlive()) {
        byLog.remove(entry.getKey());
        claims.release(entry.getKey());
      }
    }
    byLog.put(execution, mine);
    claims.claim(execution);
  }

  /** The caller writes no more of it. */
  public synchronized void end(String execution) {
    if (byLog.remove(execution, Thread.currentThread())) {
      claims.release(execution);
    }
  }

  /** Whether another thread, or another process, writes it. */
  public synchronized boolean another(String execution) {
    var writer = byLog.get(execution);
    boolean here = writer != null && writer.isAlive();
    return here ? writer != Thread.currentThread() : claims.another(execution);
  }
}
