package dev.deployclaw.policy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProbeTokenTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
  private static final ProbeKeyPair KEYS = ProbeKeyPair.generate();

  @Test
  void expiredOrTooLongLivedTokenIsNotLive() {
    long longest = ProbeToken.LONGEST_LIFE.toSeconds();

    for (long life : new long[] {-1, 0, longest + 1}) {
      assertThat(token(NOW.getEpochSecond() + life).isLive(NOW)).isFalse();
    }
    assertThat(token(NOW.getEpochSecond() + longest).isLive(NOW)).isTrue();
  }

  @Test
  void privateKeyIsNeverPrinted() {
    assertThat(KEYS.toString()).doesNotContain(KEYS.privateKey());
  }

  private static ProbeToken token(long expiry) {
    return new ProbeToken("run-1", "acme", "checkout", "/pay/now", "POST", 3, 4, expiry, "n-17");
  }
}
