package dev.deployclaw.container.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthCommandTest {
  private static final String BACK_ENDS =
      """
      etcd: {endpoints: ["http://127.0.0.1:1"]}
      redis: {nodes: ["127.0.0.1:1"]}
      s3: {endpoint: "http://127.0.0.1:1", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:1"}
      """;

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void screen() {
    screen = new CommandLineFixture(folder);
  }

  @Test
  void asksWhoListensEverywhereOnLoopback() throws IOException {
    try (var server = FakeHttpServer.answering(200)) {
      configure("0.0.0.0:" + server.port());

      assertThat(screen.run("health")).as(screen.err()).isZero();
    }
  }

  @Test
  void saysThatOneThatAnswersOtherwiseDoesNotLive() throws IOException {
    try (var server = FakeHttpServer.answering(500)) {
      configure("127.0.0.1:" + server.port());

      assertThat(screen.run("health")).isEqualTo(10);
      assertThat(screen.err()).contains("it answers 500");
    }
  }

  @Test
  void saysItAsOneDocumentToo() throws IOException {
    var server = FakeHttpServer.answering(200);
    int port = server.port();
    configure("127.0.0.1:" + port);
    try {
      assertThat(screen.run("health", "--json")).isZero();
      assertThat(screen.json().get("alive").asBoolean()).isTrue();
    } finally {
      server.close();
    }
    assertThat(screen.run("health", "--json")).isEqualTo(10);
    assertThat(screen.json().get("alive").asBoolean()).isFalse();
    assertThat(screen.json().get("address").asText()).isEqualTo("127.0.0.1:" + port);
  }

  @Test
  void saysWhereNobodyAnswers() throws IOException {
    int port = FreePortFinder.free();
    configure("127.0.0.1:" + port);

    assertThat(screen.run("health")).isEqualTo(10);
    assertThat(screen.err()).contains("no agent answers on 127.0.0.1:" + port);
  }

  private void configure(String listen) {
    screen.write(
        "deployclaw.yaml",
        BACK_ENDS
            + "serve: {listen: \"%s\", plaintext: true, tokensFile: tokens.yaml}\n"
                .formatted(listen));
  }
}
