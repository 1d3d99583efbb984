package dev.deployclaw.container.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.Main;
import dev.deployclaw.container.telemetry.Collector;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What telemetry costs a command, in a JVM of its own: nothing where it isn't asked for. Each of
 * them waits long for back ends that aren't there, so that they do it side by side.
 */
@Slow(
    guard = "dev.deployclaw.container.telemetry.TracesTest",
    because = "it starts a JVM for each way to switch")
class TelemetryOffTest {
  private static final Duration GUARD = Duration.ofMinutes(5);
  private static final String SDK = "io.opentelemetry.";
  private static final Map<String, String> ENDPOINT =
      Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
  private static final Map<String, String> DISABLED =
      Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", "OTEL_SDK_DISABLED", "true");

  @TempDir static Path folder;

  private static Status plain;
  private static Status told;
  private static Status disabled;

  @BeforeAll
  static void start() throws IOException {
    plain = Status.start("plain", Map.of());
    told = Status.start("told", ENDPOINT);
    disabled = Status.start("disabled", DISABLED);
  }

  @AfterAll
  static void stop() {
    List.of(plain, told, disabled).forEach(status -> status.process.destroyForcibly());
  }

  @Test
  void loadsNoClassOfTheSdkWhereNobodyIsTold() throws Exception {
    assertThat(plain.loaded())
        .contains("dev.deployclaw.container.wiring.AgentRuntime ")
        .doesNotContain(SDK);
  }

  @Test
  void isSwitchedOnAndOffByTheStandardVariables() throws Exception {
    assertThat(told.loaded()).contains(SDK);
    assertThat(disabled.loaded()).doesNotContain(SDK);
  }

  /** {@code status}, which no back end answers, and the classes that it loads. */
  private record Status(Process process, Path classes, Path output) {
    static Status start(String name, Map<String, String> environment) throws IOException {
      var own = Files.createDirectory(folder.resolve(name));
      var classes = own.resolve("classes.log");
      var output = own.resolve("output");
      var words =
          JavaProgram.words(
              List.of("-Xlog:class+load:file=" + classes),
              Main.class,
              "status",
              "--config",
              Collector.file(own, "").toString());
      var process =
          CommandRunner.of(words)
              .in(own)
              .with(all -> all.keySet().removeIf(variable -> variable.startsWith("OTEL_")))
              .with(environment)
              .start(Redirect.to(output.toFile()));
      return new Status(process, classes, output);
    }

    /** One on a line. */
    String loaded() throws Exception {
      assertThat(CommandRunner.awaitExit(process, GUARD))
          .as(Files.readString(output))
          .isEqualTo(10);
      return Files.readString(classes);
    }
  }
}
