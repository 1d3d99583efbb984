package dev.deployclaw.container.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.Main;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same requests and the same inventory give the same bytes, also from another process. */
@Slow(
    guard = "dev.deployclaw.core.language.HardRequestsTest#givesTheSameBytesEachTime",
    because = "it plans a hundred times")
class PlanDeterminismTest {
  private static final int RUNS = 100;
  private static final Duration LONGEST = Duration.ofMinutes(5);

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void examples() {
    screen = new CommandLineFixture(folder);
    screen.write("requests.jsonl", samples());
    screen.write(
        "estate.yaml",
        """
        tenants:
          northwind: {tier: premium}
          contoso: {tier: standard}
          fabrikam: {tier: standard}
        services: [orders, payments, reports]
        """);
  }

  @Test
  void aHundredRunsAndARestartGiveTheSameBytes() throws Exception {
    String first = plans();

    assertThat(first.lines()).hasSameSizeAs(samples().lines().toList());
    assertThat(first).contains("\"planned\"", "\"needs-clarification\"", "\"refused\"");
    for (int run = 1; run < RUNS; run++) {
      assertThat(plans()).as("run %d", run).isEqualTo(first);
    }
    assertThat(elsewhere()).as("another process").isEqualTo(first);
  }

  private String plans() {
    assertThat(screen.run(words().toArray(String[]::new))).as(screen.err()).isZero();
    return screen.out();
  }

  private static List<String> words() {
    return List.of("plan", "--json", "--inventory", "estate.yaml", "--batch", "requests.jsonl");
  }

  /** A new virtual machine, whose hash codes and set orders are others. */
  private String elsewhere() throws Exception {
    var ended =
        CommandRunner.of(JavaProgram.words(List.of(), Main.class, words().toArray(String[]::new)))
            .in(folder)
            .within(LONGEST)
            .run();
    assertThat(ended.exit()).as(ended.err()).isZero();
    return ended.out();
  }

  private static String samples() {
    try (var in =
        PlanDeterminismTest.class.getResourceAsStream(
            "/dev/deployclaw/core/language/samples.jsonl")) {
      var ids = new AtomicInteger();
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> "{\"id\": " + ids.incrementAndGet() + ", " + line.substring(1) + "\n")
          .collect(Collectors.joining());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
