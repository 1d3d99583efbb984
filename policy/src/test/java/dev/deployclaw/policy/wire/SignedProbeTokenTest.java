package dev.deployclaw.policy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SignedProbeTokenTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
  private static final ProbeKeyPair KEYS = ProbeKeyPair.generate();

  @Test
  void signedTokenIsReadBack() {
    var token = token("n");

    String text = SignedProbeToken.sign(List.of(token), KEYS.privateKey()).getFirst();

    assertThat(text).matches("[A-Za-z0-9_.-]+");
    var read = SignedProbeToken.read(text).orElseThrow();
    assertThat(read.token()).isEqualTo(token);
    assertThat(read.seal().isBy(KEYS.publicKey())).isTrue();
  }

  @Test
  void tokensOfAnyNumberAreUnderOneSeal() {
    for (int number : new int[] {2, 3, 4, 5, 7, 8, 500}) {
      var tokens = IntStream.range(0, number).mapToObj(i -> token("n-" + i)).toList();

      var texts = SignedProbeToken.sign(tokens, KEYS.privateKey());

      var read = texts.stream().map(t -> SignedProbeToken.read(t).orElseThrow()).toList();
      assertThat(read).extracting(SignedProbeToken::token).isEqualTo(tokens);
      assertThat(new HashSet<>(read.stream().map(SignedProbeToken::seal).toList())).hasSize(1);
      assertThat(read.getFirst().seal().isBy(KEYS.publicKey())).isTrue();
      assertThat(texts).allMatch(t -> t.length() < SignedProbeToken.LONGEST_TEXT);
    }
  }

  @Test
  void longestTokenOfALargePlanFits() {
    String long256 = "x".repeat(256);
    var token =
        new ProbeToken(
            "e".repeat(64), "t".repeat(63), "s".repeat(63), long256, "GET", 3, 4, 5, "n");
    var tokens = IntStream.range(0, 1_000).mapToObj(_ -> token).toList();

    var texts = SignedProbeToken.sign(tokens, KEYS.privateKey());

    assertThat(SignedProbeToken.read(texts.getFirst())).isPresent();
  }

  @Test
  void sealOfAnotherKeyIsNotOurs() {
    String text =
        SignedProbeToken.sign(List.of(token("n")), ProbeKeyPair.generate().privateKey()).getFirst();

    var seal = SignedProbeToken.read(text).orElseThrow().seal();

    assertThat(seal.isBy(KEYS.publicKey())).isFalse();
    assertThat(seal.isBy("")).isFalse();
    assertThat(seal.isBy("bm8ga2V5")).isFalse();
  }

  @Test
  void anyAlteredPartBreaksTheSeal() {
    var texts = SignedProbeToken.sign(List.of(token("a"), token("b")), KEYS.privateKey());
    var one = parts(texts.get(0));
    var two = parts(texts.get(1));
    String others = SignedProbeToken.sign(List.of(token("c")), KEYS.privateKey()).getFirst();

    var spliced =
        List.of(
            two.get(0) + "." + one.get(1) + "." + one.get(2),
            one.get(0) + "." + two.get(1) + "." + one.get(2),
            one.get(0) + ".." + one.get(2),
            one.get(0) + "." + one.get(1) + "." + parts(others).get(2));

    assertThat(spliced)
        .allSatisfy(text ->
            assertThat(SignedProbeToken.read(text).filter(t -> t.seal().isBy(KEYS.publicKey())))
                .isEmpty());
  }

  @Test
  void malformedTextIsNone() {
    String text = SignedProbeToken.sign(List.of(token("n")), KEYS.privateKey()).getFirst();
    var bad =
        List.of(
            "",
            ".",
            "..",
            "a.b",
            "a.b.c",
            "e30..e30",
            "ü.ü.ü",
            text + ".x",
            "." + text,
            text.replaceFirst("\\.", ".AAAA"),
            "x".repeat(SignedProbeToken.LONGEST_TEXT + 1));

    assertThat(bad).allSatisfy(t -> assertThat(SignedProbeToken.read(t)).as(t).isEmpty());
  }

  private static List<String> parts(String text) {
    return List.of(text.split("\\.", -1));
  }

  private static ProbeToken token(String nonce) {
    return new ProbeToken(
        "arch-2026-11-24-rate-limit-001",
        "acme",
        "checkout",
        "/pay/now",
        "POST",
        3,
        1_800_000_000_000_000L,
        NOW.getEpochSecond() + 60,
        nonce);
  }
}
