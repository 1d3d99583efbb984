package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.testkit.SeededLoop;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Edits of logs, of the chain that they make, and of the way from an old key to the one that
 * signed. Each must be found by whoever trusts the first key alone; and by the verifier in Python.
 */
class BundleMutationTest {
  private static final int EDITS = 900;

  /** Those of the fast tier. */
  private static final int FEW = 60;

  /** How many the verifier in Python is given; {@code -Dmutations=12000} gives it as many. */
  private static final int SAMPLE = Integer.getInteger("mutations", 90);

  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

  @TempDir Path mine;
  @TempDir Path theirs;
  private String first = "";
  private HeadSigner signer;
  private HeadSigner stranger;
  private Bundles all;

  @BeforeEach
  void rotateTwice() throws Exception {
    signer = HeadSigner.open(mine);
    first = signer.publicKey();
    signer.rotate(NOW);
    signer.rotate(NOW.plusSeconds(60));
    stranger = HeadSigner.open(theirs);
    stranger.rotate(NOW);
    all = Bundles.of(signer);
  }

  @Test
  void findsEachOfAFewEdits() {
    assertFound(FEW);
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.BundleMutationTest#findsEachOfAFewEdits",
      because = "it verifies hundreds of bundles")
  @Test
  void findsEveryEdit() {
    assertFound(EDITS);
  }

  private void assertFound(int edits) {
    var trust = new TrustedKeys(Set.of(first));
    assertThat(all.verdict(trust)).isEqualTo("ok");
    var counts = new EnumMap<BundleEdits.Kind, Integer>(BundleEdits.Kind.class);

    SeededLoop.run(
        edits,
        (seed, random) -> {
          var kind = kind(seed);
          var edited = new BundleEdits(random, signer, stranger).of(kind, all);
          boolean same = edited.means(all);

          assertThat(edited.verdict(trust).equals("ok")).as("%s", kind).isEqualTo(same);
          if (!same) {
            counts.merge(kind, 1, Integer::sum);
          }
        });

    assertThat(counts).containsOnlyKeys(BundleEdits.Kind.values());
    System.out.println("edits of bundles found: " + counts);
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.AgreementTest#onTheGate",
      because = "Python verifies ninety bundles")
  @Test
  void theVerifierInPythonFindsTheSame() throws Exception {
    assumeTrue(Python.isThere(), "python3 isn't installed");
    var corpus = new ArrayList<>(List.of(all));
    for (long seed = 1; seed <= SAMPLE; seed++) {
      corpus.add(new BundleEdits(SeededLoop.random(seed), signer, stranger).of(kind(seed), all));
    }

    var told =
        Python.verdicts(
            mine.resolve("corpus"), corpus.stream().map(Bundles::line).toList(), Set.of(first));

    assertThat(told)
        .isEqualTo(corpus.stream().map(c -> c.verdict(new TrustedKeys(Set.of(first)))).toList());
    for (String code :
        List.of("missing", "unchained", "replaced", "doubled", "fork", "rotation", "key")) {
      assertThat(told).as(code).anyMatch(v -> (" " + v).contains(" " + code + ":"));
    }
  }

  private static BundleEdits.Kind kind(long seed) {
    var kinds = BundleEdits.Kind.values();
    return kinds[(int) (seed % kinds.length)];
  }
}
