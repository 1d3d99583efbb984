package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.ExecutorBrake;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.testkit.server.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, and clients that are known by their certificates. */
class TlsTest {
  @TempDir static Path folder;

  private static TestCertificate server;
  private static TestCertificate console;
  private static TestCertificate stranger;

  @AutoClose private static AgentServer agent;

  @BeforeAll
  static void start() throws Exception {
    server = TestCertificate.make(folder.resolve("server"), "CN=localhost");
    console = TestCertificate.make(folder.resolve("console"), "CN=console,O=Example");
    stranger = TestCertificate.make(folder.resolve("stranger"), "CN=stranger,O=Example");
    agent =
        AgentServer.start(
            ServerFixture.estate(
                new FakeEstate(), new ExecutorBrake(), folder.resolve("state"), List.of()),
            ServerFixture.bounds(2, Duration.ofSeconds(5)));
  }

  @Test
  void knowsAClientByItsCertificate() throws Exception {
    try (var api = serve(Optional.empty(), console.certificate());
        var client = console.client(server)) {
      assertThat(api.address()).startsWith("https://");
      assertThat(status(client, api, "")).isEqualTo(200);
      var task = HttpRequest.newBuilder(URI.create(api.address() + "/v1/tasks"));
      assertThat(Served.send(client, task.POST(HttpRequest.BodyPublishers.noBody())).statusCode())
          .as("a viewer")
          .isEqualTo(403);
    }
  }

  @Test
  void takesNoConnectionWithoutACertificateWhereThereAreNoTokens() throws Exception {
    try (var api = serve(Optional.empty(), console.certificate());
        var nobody = server.clientWithoutCertificate();
        var other = stranger.client(server)) {
      assertThatThrownBy(() -> status(nobody, api, "")).hasRootCauseInstanceOf(Exception.class);
      assertThatThrownBy(() -> status(other, api, "")).hasRootCauseInstanceOf(Exception.class);
    }
  }

  @Test
  void takesATokenInsteadWhereThereAreSome() throws Exception {
    var tokens = Served.tokens(folder);
    try (var api = serve(Optional.of(tokens), console.certificate());
        var nobody = server.clientWithoutCertificate();
        var client = console.client(server)) {
      assertThat(status(nobody, api, "")).isEqualTo(401);
      assertThat(status(nobody, api, Served.VIC)).isEqualTo(200);
      assertThat(status(client, api, "")).isEqualTo(200);
    }
  }

  @Test
  void knowsNobodyByACertificateWhoseSubjectIsNotListed() throws Exception {
    try (var api = serve(Optional.of(Served.tokens(folder)), stranger.certificate());
        var client = stranger.client(server)) {
      assertThat(status(client, api, "")).isEqualTo(401);
    }
  }

  @Test
  void saysWhyItCannotListen() {
    assertThatThrownBy(() -> serve(Optional.empty(), folder.resolve("nothing.pem")))
        .isInstanceOf(SetupException.class)
        .hasMessageContaining("can't listen on 127.0.0.1")
        .hasMessageContaining("serve.tls");
  }

  private static HttpApiServer serve(Optional<Path> tokens, Path ca) throws Exception {
    var tls =
        new ServerConfig.Tls(
            server.certificate(),
            server.key(),
            Optional.of(ca),
            Optional.empty(),
            List.of(
                new ServerConfig.Client(
                    "CN=console, O=Example", "console", Set.of(ApiRole.VIEWER))));
    var api =
        HttpApiServer.create(
            new ServerConfig(
                "127.0.0.1",
                0,
                false,
                tokens,
                Optional.of(tls),
                false,
                ServerConfig.Bounds.DEFAULT,
                Optional.empty(),
                new ServerConfig.Surfaces(false, true),
                Optional.empty()),
            agent,
            Optional.empty());
    api.listen();
    return api;
  }

  private static int status(HttpClient client, HttpApiServer api, String token) {
    var address = api.address().replace("127.0.0.1", "localhost");
    var request = HttpRequest.newBuilder(URI.create(address + "/v1/executions"));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return Served.send(client, request.GET()).statusCode();
  }
}
