package dev.deployclaw.container.cli.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandoverCommandTest {
  private static final String NO_CLUSTER =
      """
      etcd: {endpoints: ["http://127.0.0.1:1"]}
      redis: {nodes: ["127.0.0.1:1"]}
      s3: {endpoint: "http://127.0.0.1:1", bucket: b, accessKey: a, secretKey: very-secret-3}
      nats: {url: "nats://127.0.0.1:1"}
      """;

  @TempDir Path folder;

  @Test
  void saysThatNoGatewayRunsInKubernetes() {
    var screen = new CommandLineFixture(folder);
    screen.write("deployclaw.yaml", NO_CLUSTER);

    int exit = screen.run("handover", "--check");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.out()).contains("no gateway runs in Kubernetes");
  }

  @Test
  void printsOneDocument() {
    var screen = new CommandLineFixture(folder);
    screen.write("deployclaw.yaml", NO_CLUSTER);

    int exit = screen.run("handover", "--check", "--json");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.json().path("gateways")).isEmpty();
  }

  @Test
  void asksWhichGatewayIsMeant() {
    var screen = new CommandLineFixture(folder);
    screen.write("deployclaw.yaml", NO_CLUSTER);

    assertThat(screen.run("handover")).isEqualTo(2);
    assertThat(screen.err()).contains("GATEWAY: which one?").contains("handover --check");
    assertThat(screen.run("handover", "gw-01", "--check")).isEqualTo(2);
    assertThat(screen.err()).contains("no gateway in Kubernetes is named gw-01");
  }

  @Test
  void tellsItsExitCodes() {
    var screen = new CommandLineFixture(folder);

    assertThat(screen.run("handover", "--help")).isZero();
    assertThat(screen.out()).contains("--check").contains("8 with --check");
  }
}
