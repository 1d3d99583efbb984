package dev.deployclaw.container.approval.platform;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether a signed call is genuine, recent and new. Any thread. */
final class SignedCallCheck {
  /** As Slack recommends. */
  static final Duration OLDEST = Duration.ofMinutes(5);

  final SignatureLane lane = new SignatureLane();
  private final InstantSource time;
  private final ReplayMemory seen = new ReplayMemory();

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
        ? seen.objection(shown, now, now.plus(OLDEST.multipliedBy(2)))
        : Optional.of("the signature is wrong");
  }

  private String inTurn(Supplier<String> expected) {
    lane.enter();
    try {
      return expected.get();
    } finally {
      lane.leave();
    }
  }

  /** The call had no effect: it may be sent again. */
  void forget(String signature) {
    seen.forget(signature);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
