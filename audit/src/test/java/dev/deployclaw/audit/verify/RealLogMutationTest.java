package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.testkit.SeededLoop;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Edits of logs of real runs, each of which must be found; and the same logs in another dress,
 * which must pass. A sample is given to the verifier in Python, which must find the same.
 */
class RealLogMutationTest {
  private static final int EDITS = 12_000;

  /** Those of the fast tier. */
  private static final int FEW = 300;

  /** How many the verifier in Python is given; {@code -Dmutations=12000} gives it as many. */
  private static final int SAMPLE = Integer.getInteger("mutations", 1_000);

  private static final int DRESSES = 20;
  private static final TrustedKeys TRUST = new TrustedKeys(RealLogs.keys());

  /** What each log says as it is. */
  private static final Map<String, Optional<String>> MEANINGS =
      RealLogs.NAMES.stream()
          .collect(Collectors.toMap(n -> n, n -> Edits.meaning(RealLogs.bytes(n))));

  @Test
  void findsEachOfHundredsOfEdits(@TempDir Path elsewhere) {
    int found = edited(1, FEW, elsewhere);

    assertThat(found).isGreaterThan(FEW * 5 / 6);
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.RealLogMutationTest#findsEachOfHundredsOfEdits",
      because = "it verifies nearly twelve thousand logs")
  @Test
  void findsEveryEdit(@TempDir Path elsewhere) {
    int found = edited(1 + FEW, EDITS - FEW, elsewhere);

    assertThat(found).isGreaterThan((EDITS - FEW) * 5 / 6);
  }

  /** How many edits were found: all of them but those that change nothing. */
  private static int edited(long first, int edits, Path elsewhere) {
    var stranger = HeadSigner.open(elsewhere);
    var counts = new EnumMap<Edits.Kind, Integer>(Edits.Kind.class);

    SeededLoop.run(
        first,
        edits,
        (seed, random) -> {
          var edit = Edit.make(seed, random, stranger);

          assertThat(findings(edit.bytes(), TRUST).isEmpty())
              .as("%s of %s", edit.kind(), edit.log())
              .isEqualTo(edit.changesNothing());
          if (!edit.changesNothing()) {
            counts.merge(edit.kind(), 1, Integer::sum);
          }
        });

    assertThat(counts).containsOnlyKeys(Edits.Kind.values());
    System.out.println("edits found: " + counts);
    return counts.values().stream().mapToInt(n -> n).sum();
  }

  @Test
  void takesNoNoticeOfIndentAndOrderOfKeys(@TempDir Path elsewhere) {
    var stranger = HeadSigner.open(elsewhere);

    SeededLoop.run(
        DRESSES * RealLogs.NAMES.size(),
        (seed, random) -> {
          byte[] dressed = new Edits(random, stranger).dressed(named(seed));

          assertThat(findings(dressed, TRUST)).isEmpty();
        });
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.AgreementTest#onTheGate",
      because = "Python verifies a thousand logs")
  @Test
  void theVerifierInPythonFindsTheSame(@TempDir Path folder) throws Exception {
    assumeTrue(Python.isThere(), "python3 isn't installed");
    var stranger = HeadSigner.open(folder);
    var corpus = new ArrayList<byte[]>();
    RealLogs.NAMES.forEach(name -> corpus.add(RealLogs.bytes(name)));
    for (long seed = 1; seed <= SAMPLE; seed++) {
      var random = SeededLoop.random(seed);
      corpus.add(
          seed % 20 == 0
              ? new Edits(random, stranger).dressed(named(seed))
              : Edit.make(seed, random, stranger).bytes());
    }

    assertThat(Python.agreed(folder, corpus, TRUST))
        .contains("ok")
        .filteredOn(v -> !v.equals("ok"))
        .hasSizeGreaterThan(900);
  }

  /** What breaks a rule and is signed by the right key all the same. */
  @Slow(
      guard = "dev.deployclaw.audit.verify.AgreementTest#onTheGate",
      because = "Python verifies each log without each of its records")
  @Test
  void theVerifierInPythonKnowsTheSameRules(@TempDir Path folder) throws Exception {
    assumeTrue(Python.isThere(), "python3 isn't installed");
    var signer = HeadSigner.open(folder);
    var trust = TrustedKeys.of(Optional.of(signer.publicKey()));
    var corpus = new ArrayList<byte[]>();
    for (String name : RealLogs.NAMES) {
      int records = RealLogs.records(name).size();
      for (int drop = 0; drop < records - 1; drop++) {
        var rest = RealLogs.records(name);
        rest.remove(drop);
        corpus.add(Bundles.signed(RealLogs.sealed(rest), signer));
      }
    }

    assertThat(Python.agreed(folder, corpus, trust))
        .anyMatch(v -> v.contains("plan"))
        .anyMatch(v -> v.contains("checkpoint"))
        .anyMatch(v -> v.contains("votes"))
        .anyMatch(v -> v.contains("approval"))
        .anyMatch(v -> v.contains("activation"))
        .anyMatch(v -> v.contains("turn"));
  }

  /** What is decided on other grounds, signed by the right key all the same. */
  @Slow(
      guard = "dev.deployclaw.audit.verify.AgreementTest#onTheGate",
      because = "Python verifies a thousand logs")
  @Test
  void theVerifierInPythonKnowsTheSameDecisions(@TempDir Path folder) throws Exception {
    assumeTrue(Python.isThere(), "python3 isn't installed");
    var signer = HeadSigner.open(folder);
    var trust = TrustedKeys.of(Optional.of(signer.publicKey()));
    var corpus = new ArrayList<byte[]>();
    for (long seed = 1; seed <= SAMPLE; seed++) {
      String log = RealLogs.SECOND.get((int) (seed % RealLogs.SECOND.size()));
      corpus.add(Bundles.signed(new DecisionEdits(SeededLoop.random(seed)).of(log), signer));
    }

    assertThat(Python.agreed(folder, corpus, trust))
        .anyMatch(v -> v.contains("decision"))
        .anyMatch(v -> v.contains("evidence"))
        .anyMatch(v -> v.contains("policies"))
        .anyMatch(v -> v.contains("bad-record"));
  }

  private static List<VerificationFinding> findings(byte[] document, TrustedKeys trust) {
    return LogVerifier.read(document, trust).findings();
  }

  private record Edit(Edits.Kind kind, String log, byte[] bytes) {
    static Edit make(long seed, RandomGenerator random, HeadSigner stranger) {
      var kinds = Edits.Kind.values();
      var kind = kinds[(int) (seed % kinds.length)];
      String log = named(seed / kinds.length);
      return new Edit(kind, log, new Edits(random, stranger).of(kind, log));
    }

    boolean changesNothing() {
      return Edits.meaning(bytes).equals(MEANINGS.get(log));
    }
  }

  private static String named(long n) {
    return RealLogs.NAMES.get((int) (n % RealLogs.NAMES.size()));
  }
}
