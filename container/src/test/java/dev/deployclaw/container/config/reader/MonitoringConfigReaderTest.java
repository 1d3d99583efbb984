package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.monitor.AlertKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sections {@code watch} and {@code notify}. */
class MonitoringConfigReaderTest {
  private static final String LEAST =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;

  @TempDir Path folder;

  @Test
  void watchesEveryThirtySecondsAndTellsNobodyWhereNothingIsSaid() throws Exception {
    var config = parse("", Map.of());

    assertThat(config.watch())
        .isEqualTo(new MonitoringConfig(Duration.ofSeconds(30), Duration.ofMinutes(5)));
    assertThat(config.sinks()).isEmpty();
  }

  @Test
  void readsEveryKey() throws Exception {
    Files.writeString(folder.resolve("routing"), "a-routing-key\n");
    Files.writeString(folder.resolve("hmac"), "0123456789abcdef\n");
    Files.writeString(folder.resolve("token"), "t0ken\n");

    var config =
        parse(
            """
            watch: {heartbeat: 10s, drift: 1m}
            notify:
              - {name: am, type: alertmanager, url: "http://am:9093", tokenFile: token}
              - {name: oncall, type: pagerduty, routingKeyFile: routing, events: [not-enforced]}
              - {name: hook, type: webhook, url: "https://hooks.test/x", secretFile: hmac}
            """,
            Map.of("DEPLOYCLAW_WATCH_HEARTBEAT", "2s"));

    assertThat(config.watch())
        .isEqualTo(new MonitoringConfig(Duration.ofSeconds(2), Duration.ofMinutes(1)));
    assertThat(config.sinks())
        .containsExactly(
            new NotificationSinkConfig(
                "am",
                new Target.Alertmanager("http://am:9093", new SecretValue("t0ken")),
                Set.copyOf(NotificationSinkConfig.EVENTS)),
            new NotificationSinkConfig(
                "oncall",
                new Target.PagerDuty(
                    "https://events.pagerduty.com", new SecretValue("a-routing-key")),
                Set.of("not-enforced")),
            new NotificationSinkConfig(
                "hook",
                new Target.Webhook("https://hooks.test/x", new SecretValue("0123456789abcdef")),
                Set.copyOf(NotificationSinkConfig.EVENTS)));
  }

  @Test
  void reportsAllProblemsAtOnce() throws Exception {
    Files.writeString(folder.resolve("short"), "tooshort");

    var problems =
        problems(
            """
            watch: {heartbeat: 10ms, every: 3s}
            notify:
              - {name: Hook, type: webhook, url: "http://h:1", secretFile: short}
              - {name: a, type: pagerduty}
              - {name: a, type: carrier-pigeon, url: "http://h:1", secretFile: gone, events: [rain]}
            """);

    assertThat(problems)
        .anyMatch(p -> p.contains("watch.heartbeat") && p.contains("shorter than 1s"))
        .anyMatch(p -> p.contains("watch.every") && p.contains("unknown"))
        .anyMatch(p -> p.contains("notify[0].name") && p.contains("lower-case"))
        .anyMatch(p -> p.contains("notify[0].secretFile") && p.contains("at least 16"))
        .anyMatch(p -> p.contains("notify[1].routingKeyFile"))
        .anyMatch(p -> p.contains("notify[2].type"))
        .anyMatch(p -> p.contains("notify[2].name") && p.contains("second"))
        .anyMatch(p -> p.contains("notify[2].events") && p.contains("rain"));
    assertThat(String.join("\n", problems)).doesNotContain("tooshort");
  }

  @Test
  void everyEventOfTheWatchCanBeNamed() {
    assertThat(NotificationSinkConfig.EVENTS)
        .containsExactlyElementsOf(
            List.of(AlertKind.values()).stream().map(AlertKind::word).toList());
  }

  /** What was told as one of them before is told as that now. */
  @Test
  void aSinkThatIsToldOfTheEnforcementIsToldOfADeniedAccess() {
    var target =
        new NotificationSinkConfig.Target.Webhook("https://example.test", SecretValue.NONE);

    assertThat(new NotificationSinkConfig("s", target, Set.of("enforcement-unknown")).events())
        .containsExactlyInAnyOrder("enforcement-unknown", "access-denied");
    assertThat(new NotificationSinkConfig("s", target, Set.of("held")).events())
        .containsExactly("held");
  }

  private AgentConfig parse(String more, Map<String, String> environment)
      throws InvalidConfigException {
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), LEAST + more, environment);
  }

  private List<String> problems(String more) {
    var invalid = catchThrowableOfType(InvalidConfigException.class, () -> parse(more, Map.of()));
    return List.of(String.valueOf(invalid.getMessage()).split("\n", -1));
  }
}
