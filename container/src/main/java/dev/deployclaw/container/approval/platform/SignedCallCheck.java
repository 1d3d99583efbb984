package dev.deployclaw.container.approval.platform;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a signed call is genuine, recent and new. Remembers the signatures of genuine calls for
 * as long as their time would be taken, so only who knows the secret fills it. Another agent
 * remembers none of them: there, a decision that was sent again is refused since its hold has
 * ended. Any thread.
 */
final class SignedCallCheck {
  /** As Slack recommends. */
  static final Duration OLDEST = Duration.ofMinutes(5);

  private static final int MOST_REMEMBERED = 4096;

  private final InstantSource time;
  private final Map<String, Instant> seen = new LinkedHashMap<>();

  SignedCallCheck(InstantSource time) {
    this.time = time;
  }

  /**
   * Why it is refused.
   *
   * @param seconds since 1970, as the caller says
   * @param shown the signature that came with it
   * @param expected the right one for that time
   */
  Optional<String> objection(long seconds, String shown, String expected) {
    if (!MessageDigest.isEqual(bytes(shown), bytes(expected))) {
      return Optional.of("the signature is wrong");
    }
    var now = time.instant();
    if (Math.abs(now.getEpochSecond() - seconds) > OLDEST.toSeconds()) {
      return Optional.of("its time is more than five minutes away from the agent's");
    }
    return isNew(shown, now) ? Optional.empty() : Optional.of("it was sent before");
  }

  /** Where too many are remembered, none is new. */
  private synchronized boolean isNew(String signature, Instant now) {
    var oldest = now.minus(OLDEST.multipliedBy(2));
    seen.values().removeIf(at -> at.isBefore(oldest));
    return seen.size() < MOST_REMEMBERED && seen.putIfAbsent(signature, now) == null;
  }

  /** The call had no effect: it may be sent again. */
  synchronized void forget(String signature) {
    seen.remove(signature);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
