package dev.deployclaw.container.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
    var server = answering(200);
    try {
      configure("0.0.0.0:" + server.getAddress().getPort());

      assertThat(screen.run("health")).as(screen.err()).isZero();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void saysThatOneThatAnswersOtherwiseDoesNotLive() throws IOException {
    var server = answering(500);
    try {
      configure("127.0.0.1:" + server.getAddress().getPort());

      assertThat(screen.run("health")).isEqualTo(10);
      assertThat(screen.err()).contains("it answers 500");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void saysItAsOneDocumentToo() throws IOException {
    var server = answering(200);
    int port = server.getAddress().getPort();
    configure("127.0.0.1:" + port);
    try {
      assertThat(screen.run("health", "--json")).isZero();
      assertThat(screen.json().get("alive").asBoolean()).isTrue();
    } finally {
      server.stop(0);
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

  private static HttpServer answering(int status) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/healthz",
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    return server;
  }
}
