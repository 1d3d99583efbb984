package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.TelemetryConfig;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code telemetry}, and the standard variables. */
class TelemetryConfigReaderTest {
  private static final String LEAST =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  private static final TelemetryConfig.Bounds DEFAULT =
      new TelemetryConfig.Bounds(
          Duration.ofMinutes(1), Duration.ofSeconds(10), Duration.ofSeconds(2));

  @TempDir Path folder;

  @Test
  void isOffWhereNothingIsSaid() throws Exception {
    assertThat(parse("", Map.of()).telemetry()).isEmpty();
    assertThat(parse("", Map.of("OTEL_SERVICE_NAME", "x")).telemetry()).isEmpty();
  }

  @Test
  void readsEveryKey() throws Exception {
    Files.writeString(
        folder.resolve("headers"), "Authorization=Bearer%20one-two-three\nx-org = 4+2 \n");

    var config =
        parse(
            """
            telemetry: {endpoint: "https://c.test/otlp", headersFile: headers, serviceName: edge,
                        traces: false, metrics: false, interval: 5s, timeout: 3s, flush: 1s,
                        protocol: http/protobuf, enabled: true}
            """,
            Map.of());

    assertThat(config.telemetry())
        .contains(
            new TelemetryConfig(
                "https://c.test/otlp",
                Map.of(
                    "Authorization",
                    new SecretValue("Bearer one-two-three"),
                    "x-org",
                    new SecretValue("4+2")),
                "edge",
                false,
                false,
                new TelemetryConfig.Bounds(
                    Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(1))));
    assertThat(SecretRegistry.hidden("with one-two-three in it")).isEqualTo("with *** in it");
    assertThat(SecretRegistry.redacted("Bearer%20one-two-three")).doesNotContain("one-two-three");
  }

  @Test
  void hasDefaults() throws Exception {
    var config = parse("telemetry: {endpoint: \"http://127.0.0.1:4318\"}\n", Map.of());

    assertThat(config.telemetry())
        .contains(
            new TelemetryConfig(
                "http://127.0.0.1:4318", Map.of(), "deployclaw", true, true, DEFAULT));
  }

  @Test
  void takesTheStandardVariablesAndItsOwnOverThem() throws Exception {
    var standard =
        Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT", "http://standard.test:4318",
            "OTEL_EXPORTER_OTLP_HEADERS", "api-key=four%20five%2C6",
            "OTEL_SERVICE_NAME", "from-outside",
            "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
            "OTEL_EXPORTER_OTLP_TIMEOUT", "2500",
            "OTEL_METRIC_EXPORT_INTERVAL", "30000",
            "OTEL_TRACES_EXPORTER", "none",
            "DEPLOYCLAW_TELEMETRY_ENDPOINT", "http://own.test:4318");

    assertThat(parse("", standard).telemetry())
        .contains(
            new TelemetryConfig(
                "http://own.test:4318",
                Map.of("api-key", new SecretValue("four five,6")),
                "from-outside",
                false,
                true,
                new TelemetryConfig.Bounds(
                    Duration.ofSeconds(30), Duration.ofMillis(2500), Duration.ofSeconds(2))));
  }

  @Test
  void isSwitchedOffByTheStandardVariable() throws Exception {
    var off = Map.of("OTEL_SDK_DISABLED", "true");

    assertThat(parse("telemetry: {endpoint: \"http://c.test\"}\n", off).telemetry()).isEmpty();
  }

  @Test
  void reportsAllProblemsAtOnceAndQuotesNoHeader() {
    var thrown =
        catchThrowableOfType(
            InvalidConfigException.class,
            () ->
                parse(
                    """
                    telemetry: {endpoint: "ftp://c.test", headers: "Host=hush-hush,no pair",
                                interval: 1ms, timeout: 0s, flush: 1h, protocol: grpc, colour: red}
                    """,
                    Map.of()));

    assertThat(thrown.getMessage())
        .contains("telemetry.endpoint", "telemetry.headers", "telemetry.interval")
        .contains("telemetry.timeout", "telemetry.flush", "telemetry.protocol", "telemetry.colour")
        .doesNotContain("hush-hush", "no pair");
  }

  private AgentConfig parse(String more, Map<String, String> environment)
      throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), LEAST + more, environment);
  }
}
