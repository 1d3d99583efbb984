package dev.deployclaw.container.approval.platform;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which genuine calls came, as long as they would be taken, so only who can make one fills it.
 * Another agent remembers none of them: there, a decision that was sent again is refused since its
 * hold has ended. Any thread.
 */
final class ReplayMemory {
  private static final int MOST_REMEMBERED = 4096;

  private final Map<String, Instant> seen = new LinkedHashMap<>();

  /**
   * Where too many are remembered, none is new.
   *
   * @param until from then on the call wouldn't be taken
   */
  synchronized boolean isNew(String call, Instant now, Instant until) {
    seen.values().removeIf(end -> end.isBefore(now));
    return seen.size() < MOST_REMEMBERED && seen.putIfAbsent(call, until) == null;
  }

  /** The call had no effect: it may be sent again. */
  synchronized void forget(String call) {
    seen.remove(call);
  }
}
