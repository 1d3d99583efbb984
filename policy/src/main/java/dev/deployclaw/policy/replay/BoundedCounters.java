package dev.deployclaw.policy.replay;

import dev.deployclaw.policy.decision.LimitCounter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The counters of a replay, at most so many. With each that comes, the one that was used longest
 * ago goes if it is idle, which is as if it weren't there; so idle ones don't pile up. When there
 * is one too many, it goes although it holds something, and that is counted.
 */
final class BoundedCounters extends LinkedHashMap<String, LimitCounter> {
  private static final long serialVersionUID = 1L;

  private final int most;

  /** When each will be idle, as of its last charge. */
  private final HashMap<String, Long> idleAt = new HashMap<>();

  private long now;
  private long forgotten;

  BoundedCounters(int most) {
    super(16, 0.75f, true);
    this.most = most;
  }

  /** The time of what comes next. */
  void at(long micros) {
    now = micros;
  }

  /** Counters that went although they held something: from then on, too much may be admitted. */
  long forgotten() {
    return forgotten;
  }

  @Override
  public @Nullable LimitCounter put(String key, LimitCounter counter) {
    idleAt.put(key, now + counter.reset(now));
    return super.put(key, counter);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<String, LimitCounter> eldest) {
    Long idle = idleAt.get(eldest.getKey());
    boolean holds = idle != null && idle > now;
    if (holds && size() <= most) {
      return false;
    }
    idleAt.remove(eldest.getKey());
    forgotten += holds ? 1 : 0;
    return true;
  }
}
