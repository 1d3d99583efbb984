package dev.deployclaw.core.sim.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What happened, in order: always as a hash, and where somebody wants to read it as lines. */
public final class EventTrace {
  /** The last lines of a run that is told. */
  private static final int MOST_LINES = 4_000;

  private static final long PRIME = 1_099_511_628_211L;
  private final boolean told;
  private final Deque<String> lines = new ArrayDeque<>();
  private long hash = 0xcbf29ce484222325L;

  private EventTrace(boolean told) {
    this.told = told;
  }

  public static EventTrace hashed() {
    return new EventTrace(false);
  }

  public static EventTrace told() {
    return new EventTrace(true);
  }

  public void add(long micros, String what) {
    hash = (((hash ^ micros) * PRIME) ^ what.hashCode()) * PRIME;
    if (told) {
      lines.add("%10.3f %s".formatted(micros / 1e6, what));
      if (lines.size() > MOST_LINES) {
        lines.removeFirst();
      }
    }
  }

  public long hash() {
    return hash;
  }

  public List<String> lines() {
    return List.copyOf(lines);
  }
}
