package dev.deployclaw.container.approval.platform;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Whether a signed call is genuine, recent and new. Remembers the signatures of genuine calls for
 * as long as their time would be taken: a channel's budget, which only who knows the secret uses
 * up. Another agent remembers none of them: there, a decision that was sent again is refused since
 * its hold has ended. Signatures are computed one after another: however many strangers call, they
 * take one processor at most. Any thread.
 */
final class SignedCallCheck {
  /** As Slack recommends. */
  static final Duration OLDEST = Duration.ofMinutes(5);

  private static final int MOST_REMEMBERED = 4096;

  private final InstantSource time;
  private final ReentrantLock turn = new ReentrantLock(true);
  private final Map<String, Instant> seen = new LinkedHashMap<>();

  SignedCallCheck(InstantSource time) {
    this.time = time;
  }

  /**
   * Why it is refused.
   *
   * @param seconds since 1970, as the caller says
   * @param shown the signature that came with it
   * @param expected computes the right one for that time
   */
  Optional<String> objection(long seconds, String shown, Supplier<String> expected) {
    var now = time.instant();
    if (Math.abs(now.getEpochSecond() - seconds) > OLDEST.toSeconds()) {
      return Optional.of("its time is more than five minutes away from the agent's");
    }
    return MessageDigest.isEqual(bytes(shown), bytes(inTurn(expected)))
        ? repetition(shown, now)
        : Optional.of("the signature is wrong");
  }

  private String inTurn(Supplier<String> expected) {
    turn.lock();
    try {
      return expected.get();
    } finally {
      turn.unlock();
    }
  }

  private synchronized Optional<String> repetition(String signature, Instant now) {
    var oldest = now.minus(OLDEST.multipliedBy(2));
    seen.values().removeIf(at -> at.isBefore(oldest));
    if (seen.containsKey(signature)) {
      return Optional.of("it was sent before");
    }
    if (seen.size() >= MOST_REMEMBERED) {
      return Optional.of(MOST_REMEMBERED + " calls were taken in ten minutes");
    }
    seen.put(signature, now);
    return Optional.empty();
  }

  /** The call had no effect: it may be sent again. */
  synchronized void forget(String signature) {
    seen.remove(signature);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
