package dev.deployclaw.container.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  private static final String GOOD =
      """
      etcd: {endpoints: ["http://etcd:2379"], username: agent, password: very-secret-1}
      redis: {nodes: ["redis:6379"], passwordFile: redis.pw}
      s3: {endpoint: "http://s3:9000", bucket: b, accessKey: very-secret-2, secretKey: very-secret-3}
      nats: {url: "nats://nats:4222"}
      redact: [very-secret-4]
      bounds: {converge: 90s}
      notify:
        - {name: chat, type: webhook, url: "https://hooks/x", secret: very-secret-webhook-5}
      """;

  @TempDir Path folder;

  @Test
  void showsWhatEachKeyComesToWithSecretsAsStars() {
    var screen = new CommandLineFixture(folder, Map.of("DEPLOYCLAW_GATE_DEFAULT", "auto"));
    screen.write("redis.pw", "very-secret-6\n");
    screen.write("deployclaw.yaml", GOOD);

    int exit = screen.run("config", "check", "--json");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.err()).isEmpty();
    var effective = screen.json().path("effective");
    assertThat(screen.json().path("valid").asBoolean()).isTrue();
    assertThat(effective.at("/gate/default").asText()).isEqualTo("auto");
    assertThat(effective.at("/etcd/prefix").asText()).isEqualTo("/deployclaw/default/");
    assertThat(effective.at("/etcd/password").asText()).isEqualTo("***");
    assertThat(effective.at("/redis/passwordFile").asText()).isEqualTo("redis.pw");
    assertThat(effective.at("/bounds/converge").asText()).isEqualTo("90s");
    assertThat(effective.at("/bounds/call").asText()).isEqualTo("1m");
    assertThat(effective.at("/notify/0/name").asText()).isEqualTo("chat");
    assertThat(effective.at("/redact/0").asText()).isEqualTo("***");
    assertThat(effective.has("docker")).isFalse();
    assertThat(screen.out()).doesNotContain("very-secret");
  }

  @Test
  void showsItToPeopleLineByLine() {
    var screen = new CommandLineFixture(folder);
    screen.write("redis.pw", "very-secret-6\n");
    var file = screen.write("other.yaml", GOOD);

    int exit = screen.run("config", "check", file.toString(), "--effective");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.out())
        .contains("etcd.password: ***", "notify[0].name: chat", "bounds.lease: 10s")
        .contains("other.yaml: no problems")
        .doesNotContain("very-secret");
  }

  @Test
  void namesEveryProblemWithItsLineAndRemedy() {
    var screen = new CommandLineFixture(folder);
    screen.write(
        "deployclaw.yaml",
        "etcd: {endpoint: x}\nredis: {nodes: [here]}\ngate: {default: no}\nbounds: {call: soon}\n");

    int exit = screen.run("config", "check", "--json");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err())
        .contains("deployclaw.yaml:1: etcd.endpoint: is unknown; did you mean endpoints?")
        .contains("deployclaw.yaml:2: redis.nodes", "deployclaw.yaml:3: gate.default")
        .contains("deployclaw.yaml:4: bounds.call: is not a duration; write for example");
    var problems = screen.json().path("problems");
    assertThat(problems.findValuesAsText("path"))
        .contains("etcd.endpoint", "redis.nodes", "gate.default", "bounds.call", "s3.bucket");
    assertThat(screen.json().path("valid").asBoolean()).isFalse();
    assertThat(problems.get(0).path("line").asInt()).isPositive();
  }

  @Test
  void readsTheFileOfTokensToo() {
    var screen = new CommandLineFixture(folder);
    screen.write("redis.pw", "x\n");
    screen.write("tokens.yaml", "tokens:\n  - {name: olivia, sha256: short, roles: [operator]}\n");
    screen.write("deployclaw.yaml", GOOD + "serve: {tokensFile: tokens.yaml}\n");

    int exit = screen.run("config", "check");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("tokens.yaml:2: tokens[0].sha256: is not a SHA-256");
  }

  @Test
  void saysWhereAConfigurationMayStand() {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run("config", "check");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("there is no configuration", "--config");
  }
}
