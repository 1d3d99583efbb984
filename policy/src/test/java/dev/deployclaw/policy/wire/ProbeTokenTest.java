package dev.deployclaw.policy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProbeTokenTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
  private static final ProbeKeys KEYS = ProbeKeys.generate();

  @Test
  void signedTokenIsReadBack() {
    var token = token(NOW.getEpochSecond() + 60);

    String text = token.sign(KEYS.privateKey());

    assertThat(text).hasSizeLessThan(ProbeToken.LONGEST_TEXT).matches("[A-Za-z0-9_.-]+");
    assertThat(ProbeToken.verify(text, KEYS.publicKey(), NOW)).contains(token);
  }

  @Test
  void tokenSignedByAnotherKeyIsNone() {
    String text = token(NOW.getEpochSecond() + 60).sign(ProbeKeys.generate().privateKey());

    assertThat(ProbeToken.verify(text, KEYS.publicKey(), NOW)).isEmpty();
  }

  @Test
  void alteredOrMalformedTextIsNone() {
    String text = token(NOW.getEpochSecond() + 60).sign(KEYS.privateKey());
    String other = token(NOW.getEpochSecond() + 61).sign(KEYS.privateKey());
    String spliced = text.substring(0, text.indexOf('.')) + other.substring(other.indexOf('.'));

    for (var bad : new String[] {spliced, "", ".", "a.b", "e30.e30", "ü.ü", text + "x"}) {
      assertThat(ProbeToken.verify(bad, KEYS.publicKey(), NOW)).as(bad).isEmpty();
    }
    assertThat(ProbeToken.verify(text, "", NOW)).isEmpty();
    assertThat(ProbeToken.verify(text, "bm8ga2V5", NOW)).isEmpty();
  }

  @Test
  void expiredOrTooLongLivedTokenIsNone() {
    long longest = ProbeToken.LONGEST_LIFE.toSeconds();

    for (long life : new long[] {-1, 0, longest + 1}) {
      String text = token(NOW.getEpochSecond() + life).sign(KEYS.privateKey());
      assertThat(ProbeToken.verify(text, KEYS.publicKey(), NOW)).isEmpty();
    }
    String text = token(NOW.getEpochSecond() + longest).sign(KEYS.privateKey());
    assertThat(ProbeToken.verify(text, KEYS.publicKey(), NOW)).isPresent();
  }

  @Test
  void privateKeyIsNeverPrinted() {
    assertThat(KEYS.toString()).doesNotContain(KEYS.privateKey());
  }

  private static ProbeToken token(long expiry) {
    return new ProbeToken(
        "arch-2026-11-24-rate-limit-001",
        "acme",
        "checkout",
        "/pay/now",
        "POST",
        3,
        1_800_000_000_000_000L,
        expiry,
        "n-17");
  }
}
