package dev.deployclaw.container.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.Main;
import dev.deployclaw.container.telemetry.Collector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What telemetry costs a command, in a JVM of its own: nothing where it isn't asked for. */
class TelemetryOffTest {
  private static final int GUARD_MINUTES = 5;
  private static final String SDK = "io.opentelemetry.";

  @TempDir Path folder;

  @Test
  void loadsNoClassOfTheSdkWhereNobodyIsTold() throws Exception {
    assertThat(loaded(Map.of())).contains("dev.deployclaw.container.wiring.Agent ");
    assertThat(loaded(Map.of())).doesNotContain(SDK);
  }

  @Test
  void isSwitchedOnAndOffByTheStandardVariables() throws Exception {
    var endpoint = Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    assertThat(loaded(endpoint)).contains(SDK);

    var disabled =
        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", "OTEL_SDK_DISABLED", "true");
    assertThat(loaded(disabled)).doesNotContain(SDK);
  }

  /** The classes that {@code status} loads, one on a line. No back end answers it. */
  private String loaded(Map<String, String> environment) throws Exception {
    var classes = folder.resolve("classes.log");
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xlog:class+load:file=" + classes,
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "status",
            "--config",
            Collector.file(folder, "").toString());
    var output = folder.resolve("output");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
    builder.environment().putAll(environment);
    var process = builder.start();
    boolean ended = process.waitFor(GUARD_MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as(Files.readString(output)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isEqualTo(10);
    return Files.readString(classes);
  }
}
