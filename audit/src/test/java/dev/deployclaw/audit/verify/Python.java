package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The verifier under {@code docs/verify}, run once for many cases. */
final class Python {
  static final String PROGRAM = Path.of("..", "docs", "verify", "verify.py").toString();

  private static final long MOST_MINUTES = 10;

  private Python() {}

  static boolean isThere() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
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
    Path out = file.resolveSibling("verdicts");
    var command = new ArrayList<>(List.of("python3", PROGRAM, "--corpus", file.toString()));
    keys.forEach(key -> command.addAll(List.of("--key", key)));
    var run =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertThat(run.waitFor(MOST_MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(run.exitValue()).as(Files.readString(out)).isZero();
    return Files.readAllLines(out);
  }
}
