package dev.deployclaw.container.approval.platform;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which genuine calls came, as long as they would be taken, so only who can make one fills it.
 * Another agent remembers none of them: there, a decision that was sent again is refused since its
 * hold has ended. Any thread.
 */
final class ReplayMemory {
  private static final int MOST_REMEMBERED = 4096;

  private final Map<String, Instant> seen = new LinkedHashMap<>();

  /**
   * Why it isn't taken: it came before, or too many others did. Else it is remembered.
   *
   * @param until from then on the call wouldn't be taken
   */
  synchronized Optional<String> objection(String call, Instant now, Instant until) {
    seen.values().removeIf(end -> end.isBefore(now));
    if (seen.containsKey(call)) {
      return Optional.of("it was sent before");
    }
    if (seen.size() >= MOST_REMEMBERED) {
      return Optional.of(MOST_REMEMBERED + " calls were taken lately");
    }
    seen.put(call, until);
    return Optional.empty();
  }

  /** The call had no effect: it may be sent again. */
  synchronized void forget(String call) {
    seen.remove(call);
  }
}
