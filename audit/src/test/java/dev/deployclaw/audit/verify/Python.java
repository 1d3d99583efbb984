package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The verifier under {@code docs/verify}, run once for many cases. */
final class Python {
  static final String PROGRAM = Path.of("..", "docs", "verify", "verify.py").toString();

  private static final Duration LONGEST = Duration.ofMinutes(10);

  private Python() {}

  static boolean isThere() {
    return ExecutableFinder.has("python3");
  }

  /** What it would say to these: codes with numbers, sorted, each once; {@code ok} for none. */
  static String verdict(Stream<VerificationFinding> findings) {
    String codes =
        findings
            .map(f -> f.word() + ":" + f.seq())
            .distinct()
            .sorted()
            .collect(Collectors.joining(" "));
    return codes.isEmpty() ? "ok" : codes;
  }

  /** What both verifiers find in each log: the same. */
  static List<String> agreed(Path folder, List<byte[]> logs, TrustedKeys trust) throws Exception {
    var lines = logs.stream().map(log -> Base64.getEncoder().encodeToString(log)).toList();
    var told = verdicts(folder.resolve("corpus"), lines, trust.keys());
    assertThat(told)
        .isEqualTo(
            logs.stream()
                .map(log -> verdict(LogVerifier.read(log, trust).findings().stream()))
                .toList());
    return told;
  }

  /**
   * What it finds in each case.
   *
   * @param cases documents in Base64, chains behind {@code chain:}, a case a line
   */
  static List<String> verdicts(Path file, List<String> cases, Set<String> keys) throws Exception {
    Files.write(file, cases, StandardCharsets.US_ASCII);
    var command = new ArrayList<>(List.of("python3", PROGRAM, "--corpus", file.toString()));
    keys.forEach(key -> command.addAll(List.of("--key", key)));
    return CommandRunner.of(command).within(LONGEST).must().lines().toList();
  }
}
