package dev.deployclaw.container.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.Main;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.CommandRunner.CommandResult;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of any size, read by the program in a JVM of its own with a small heap. */
@Slow(
    guard = "dev.deployclaw.container.cli.policy.ImpactCommandTest",
    because = "it replays a log that is larger than a heap")
class SmallHeapTest {
  private static final long HUGE = 100L << 20;
  private static final Duration GUARD = Duration.ofMinutes(10);

  /** Each from a client of its own: kept without a bound, their counters would need 900 MB. */
  private static final int REQUESTS = 1_500_000;

  private static final String POLICY =
      """
      apiVersion: deployclaw.dev/v1
      kind: RateLimitPolicy
      metadata: {tenant: acme}
      spec:
        limits:
          - {name: search, key: [client-address], requests: %d, window: 1h}
      """;

  @TempDir Path folder;

  @BeforeEach
  void policies() {
    var screen = new CommandLineFixture(folder);
    screen.write("old/acme.yaml", POLICY.formatted(10));
    screen.write("new/acme.yaml", POLICY.formatted(1));
  }

  @Test
  void aDocumentOfAHundredMegabytesIsRefusedByNameAndSize() throws Exception {
    huge("new/huge.yaml");
    huge("huge.conf");

    var diff = run("96m", "diff", "old", "new");
    var imported = run("96m", "import", "huge.conf");
    var adopted = run("96m", "adopt", "--configmap", "huge.conf");

    assertThat(diff.exit()).as(diff.said()).isEqualTo(8);
    assertThat(diff.said())
        .contains("new/huge.yaml", "more than 1048576 bytes", "write one policy")
        .doesNotContain("acme.yaml");
    assertThat(imported.exit()).as(imported.said()).isEqualTo(2);
    assertThat(imported.said()).contains("huge.conf", "more than 16777216 bytes");
    assertThat(adopted.exit()).as(adopted.said()).isEqualTo(2);
  }

  @Test
  void aLogOfMoreClientsThanFitIsReplayed() throws Exception {
    try (var out =
        new BufferedOutputStream(
            new GZIPOutputStream(Files.newOutputStream(folder.resolve("access.log.gz"))))) {
      for (int i = 0; i < REQUESTS; i++) {
        out.write(line(i).getBytes(StandardCharsets.US_ASCII));
      }
    }

    var replayed =
        run(
            "320m",
            "impact",
            "access.log.gz",
            "--before",
            "old",
            "--after",
            "new",
            "--tenant",
            "user",
            "--json");

    assertThat(replayed.exit()).as(replayed.said()).isZero();
    assertThat(CommandLineFixture.json(replayed.said()).path("requests").asInt())
        .isEqualTo(REQUESTS);
    assertThat(replayed.said()).contains("counters were dropped").doesNotContain("\r[");
  }

  private static String line(int i) {
    return "10.%d.%d.%d - acme [26/Nov/2026:06:%02d:%02d +0000] \"GET /search HTTP/1.1\" 200 1 \"-\""
            .formatted(i >> 16, i >> 8 & 255, i & 255, i / (REQUESTS / 60 + 1), 0)
        + " \"-\"\n";
  }

  private void huge(String name) throws IOException {
    try (var file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.setLength(HUGE);
    }
  }

  private CommandResult run(String heap, String... words) {
    var options = List.of("-Xmx" + heap, "-XX:+ExitOnOutOfMemoryError");
    return CommandRunner.of(JavaProgram.words(options, Main.class, words))
        .in(folder)
        .within(GUARD)
        .run();
  }
}
