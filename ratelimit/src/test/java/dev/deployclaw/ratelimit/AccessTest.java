package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.ratelimit.feed.EtcdSourceSettings;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.listener.StatusAccess;
import dev.deployclaw.ratelimit.listener.StatusAccess.Listener;
import dev.deployclaw.ratelimit.listener.StatusAccess.ServerTls;
import dev.deployclaw.ratelimit.listener.StatusAccess.Token;
import dev.deployclaw.ratelimit.listener.UnixSocket;
import dev.deployclaw.ratelimit.redis.RedisAddress;
import dev.deployclaw.ratelimit.redis.RedisClusterSettings;
import dev.deployclaw.ratelimit.settings.FrontendSettings;
import dev.deployclaw.ratelimit.settings.HeaderStyle;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.server.NginxServer;
import dev.deployclaw.testkit.server.TestCertificate;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask a service that has a socket for gateways and a listener for the agent. */
class AccessTest {
  private static final String TOKEN = "Bearer a-token-of-some-length";

  /** One socket for all of them. */
  private static final int LOOPS = 2;

  private static final HttpClient PLAIN = HttpClient.newHttpClient();
  @TempDir private static Path folder;
  private static Path sockets;
  private static Vertx vertx;
  private static PolicyFeed feed;
  private static RateLimitService service;
  private static TestCertificate server;
  private static TestCertificate agent;

  @BeforeAll
  static void start() throws Exception {
    sockets = Files.createTempDirectory("dc-sockets");
    Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxr-xr-x"));
    server = TestCertificate.make(folder.resolve("server"), "CN=service");
    agent = TestCertificate.make(folder.resolve("agent"), "CN=agent");
    vertx = Vertx.vertx();
    feed =
        PolicyFeed.start(
            EtcdSourceSettings.plain("http://127.0.0.1:" + FreePortFinder.free(), "/x/"));
    service = started("decide.sock", "rw-rw----");
  }

  @AfterAll
  static void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    feed.close();
    try (var left = Files.list(sockets)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(sockets);
  }

  @Test
  void aGatewayAsksOnTheSocket() throws Exception {
    int port = FreePortFinder.free();
    try (var upstream = FakeHttpServer.answering(200);
        var _ = NginxServer.start(folder.resolve("nginx"), rendered(port, upstream.address()))) {
      var answer = get(PLAIN, "http://127.0.0.1:" + port + "/pay", "");

      assertThat(answer.statusCode()).as("without policies it lets pass").isEqualTo(200);
    }
  }

  @Test
  void nobodyElseDecides() throws Exception {
    assertThat(curl("decide.sock", List.of())).isEqualTo("204");

    assertThat(curl("decide.sock", stranger())).as("no right to write the socket").isEqualTo("000");
    for (String path : List.of("/v1/decide", "/v1/release", "/v1/decide?x")) {
      assertThat(get(agent.client(server), status(path), TOKEN).statusCode())
          .as(path)
          .isEqualTo(404);
    }
  }

  @Test
  void aSocketIsOpenToThoseThatItsModeNames() throws Exception {
    started("open.sock", "rw-rw-rw-");

    assertThat(curl("open.sock", stranger())).isEqualTo("204");
  }

  @Test
  void aSocketThatWasLeftBehindMakesWayAndAFileDoesnt() throws Exception {
    started("again.sock", "rw-rw----");
    started("again.sock", "rw-rw----");
    Files.writeString(sockets.resolve("file"), "somebody's");

    assertThat(curl("again.sock", List.of())).isEqualTo("204");
    assertThat(catching(() -> started("file", "rw-rw----"))).contains("exists and isn't a socket");
    assertThat(sockets.resolve("file")).hasContent("somebody's");
    assertThat(drafts()).isEmpty();
  }

  @Test
  void aStartThatFailsLeavesNoSocket() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      var decisions = socket("never.sock", "rw-rw----");
      var elsewhere = new StatusAccess(Optional.of(listener(port)), Optional.empty());
      var apart = new AccessSettings(Optional.of(decisions), Optional.empty(), elsewhere, 100);
      var nowhere = socket("none/envoy.sock", "rw-rw----");
      var second =
          new AccessSettings(
              Optional.of(decisions), Optional.of(nowhere), AccessSettings.OPEN.status(), 100);
      var together =
          new AccessSettings(
              Optional.of(decisions), Optional.empty(), AccessSettings.OPEN.status(), 100);

      assertThat(catching(() -> started(settings(apart, OptionalInt.empty())))).contains("in use");
      assertThat(catching(() -> started(settings(together, OptionalInt.of(port)))))
          .contains("in use");
      assertThat(catching(() -> started(settings(second, OptionalInt.empty()))))
          .contains("there is no folder");
    }
    Files.writeString(sockets.resolve("taken"), "somebody's");
    var published =
        new AccessSettings(
            Optional.of(socket("never.sock", "rw-rw----")),
            Optional.of(socket("taken", "rw-rw----")),
            AccessSettings.OPEN.status(),
            100);
    assertThat(catching(() -> started(settings(published, OptionalInt.empty()))))
        .contains("exists and isn't a socket");
    assertThat(sockets.resolve("taken")).hasContent("somebody's");

    assertThat(drafts()).isEmpty();
    assertThat(sockets.resolve("never.sock")).doesNotExist();
  }

  @Test
  void statusAndUsageWantTokenAndCertificate() throws Exception {
    for (String path : List.of("/v1/status", "/v1/usage")) {
      assertThat(get(agent.client(server), status(path), TOKEN).statusCode()).isEqualTo(200);
      assertThat(get(agent.client(server), status(path), "").statusCode()).isEqualTo(401);
      assertThat(get(agent.client(server), status(path), TOKEN + "x").statusCode()).isEqualTo(401);
      assertThat(get(server.clientWithoutCertificate(), status(path), TOKEN).statusCode())
          .isEqualTo(403);
    }
  }

  @Test
  void healthWantsNothing() throws Exception {
    var nobody = server.clientWithoutCertificate();

    assertThat(get(nobody, status("/healthz"), "").statusCode()).isEqualTo(200);
    assertThat(get(nobody, status("/readyz"), "").statusCode()).isEqualTo(503);
    var environment =
        Map.of(
            "DC_RATELIMIT_SOCKET", sockets.resolve("decide.sock").toString(),
            "DC_RATELIMIT_STATUS_PORT", Integer.toString(service.statusPort()),
            "DC_RATELIMIT_STATUS_CERT_FILE", server.certificate().toString());
    assertThat(HealthCheckMain.lives(environment)).isTrue();
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
    var stranger = TestCertificate.make(folder.resolve("stranger"), "CN=agent");

    try {
      assertThat(get(stranger.client(server), status("/v1/status"), TOKEN).statusCode())
          .isEqualTo(403);
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(?s).*(certificate|closed|reset|EOF|handshake).*");
    }
    assertThat(catching(() -> get(PLAIN, status("/v1/status"), TOKEN)))
        .contains(SSLHandshakeException.class.getSimpleName());
  }

  private interface Attempt {
    Object make() throws Exception;
  }

  private static String catching(Attempt attempt) {
    try {
      return "nothing: " + attempt.make();
    } catch (Exception e) {
      return e.toString();
    }
  }

  private static RateLimitService started(String socket, String mode) throws Exception {
    var status =
        new StatusAccess(
            Optional.of(listener(0)), Optional.of(new Token(TOKEN.substring("Bearer ".length()))));
    var decisions = socket(socket, mode);
    var access = new AccessSettings(Optional.of(decisions), Optional.empty(), status, 100);
    return started(settings(access, OptionalInt.empty()));
  }

  private static UnixSocket socket(String name, String mode) {
    return new UnixSocket(
        sockets.resolve(name), PosixFilePermissions.fromString(mode), Optional.empty());
  }

  private static Listener listener(int port) {
    var tls = new ServerTls(server.certificate(), server.key(), Optional.of(agent.certificate()));
    return new Listener("127.0.0.1", port, Optional.of(tls));
  }

  /** Where sockets are bound first. */
  private static List<Path> drafts() throws IOException {
    try (var all = Files.list(sockets)) {
      return all.filter(Files::isDirectory).toList();
    }
  }

  private static RateLimitService started(ServiceSettings settings) throws Exception {
    var started = new RateLimitService(settings, feed);
    vertx
        .deployVerticle(started)
        .toCompletionStage()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
    return started;
  }

  private static ServiceSettings settings(AccessSettings access, OptionalInt grpcPort) {
    return new ServiceSettings(
        "127.0.0.1",
        0,
        Optional.empty(),
        EtcdSourceSettings.plain("http://127.0.0.1:1", "/x/"),
        new RedisClusterSettings(
            List.of(new RedisAddress("127.0.0.1", FreePortFinder.free())),
            Duration.ofMillis(200),
            Optional.empty(),
            Optional.empty()),
        "test",
        new FrontendSettings(
            HeaderStyle.BOTH,
            grpcPort,
            TokenSettings.NONE,
            access,
            FrontendSettings.USUAL_HEADER_VALUES),
        BackendFailureMode.ALLOW,
        LOOPS);
  }

  /** How a command is begun as another user. */
  private static List<String> stranger() throws IOException {
    assumeThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
        .as("only root can be somebody else")
        .isEqualTo(0);
    return List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
  }

  /** What the service answers to a decision on the socket; 000 where it can't be reached. */
  private static String curl(String socket, List<String> as) throws Exception {
    var words = new ArrayList<>(as);
    words.addAll(
        List.of("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "20"));
    words.addAll(List.of("--unix-socket", sockets.resolve(socket).toString()));
    words.add("http://service/v1/decide");
    return CommandRunner.of(words).run().out();
  }

  private static String status(String path) {
    return "https://127.0.0.1:" + service.statusPort() + path;
  }

  private static HttpResponse<String> get(HttpClient http, String url, String authorization)
      throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url)).timeout(Estate.LONG);
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String rendered(int port, String upstream) {
    var site =
        new GatewaySite(
            "127.0.0.1:" + port,
            "unix:" + sockets.resolve("decide.sock"),
            new TreeMap<>(Map.of("checkout", upstream, "web", upstream)),
            folder.resolve("nginx/nginx.pid"),
            folder.resolve("nginx/access.log"),
            true,
            Duration.ofSeconds(10),
            List.of(),
            EdgePolicy.NONE);
    var edge = Sets.edge(new Gateway.Identity.Host("api.example.com"));
    return NginxConfigFile.render(PolicySet.EMPTY, edge, site).text();
  }
}
