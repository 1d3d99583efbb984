package dev.deployclaw.policy.gateway;

import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is believed, the backstop, the older headers, and reloads, in a real NGINX. */
class NginxEdgeTest {
  private static final int RELOADS = 5;
  private static final int CLIENTS = 4;
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;

  private final int port = FreePortFinder.free();
  private final FakeHttpServer service =
      FakeHttpServer.start(_ ->
          new FakeHttpServer.Answer(
              204,
              Map.of(
                  "X-DC-Tenant",
                  "acme",
                  "X-RateLimit-Limit",
                  "10",
                  "X-RateLimit-Remaining",
                  "9",
                  "X-RateLimit-Reset",
                  "6")));
  private final FakeHttpServer upstream =
      FakeHttpServer.start(_ -> new FakeHttpServer.Answer(200, Map.of()));

  @AfterEach
  void stop() {
    service.close();
    upstream.close();
  }

  @Test
  void believesATenantHeaderOfATrustedHopAlone() {
    try (var _ =
        start(
            byHeader(),
            new EdgePolicy(List.of("127.0.0.0/8"), OptionalInt.empty(), PathStrictness.STRICT))) {
      get("X-Tenant: acme");
    }
    try (var _ =
        start(
            byHeader(),
            new EdgePolicy(List.of("10.9.9.9"), OptionalInt.empty(), PathStrictness.STRICT))) {
      get("X-Tenant: acme");
    }

    assertThat(service.requests().getFirst().headers().getFirst("X-Tenant")).isEqualTo("acme");
    assertThat(upstream.requests().getFirst().headers().getFirst("X-Tenant")).isEqualTo("acme");
    assertThat(service.requests().getLast().headers()).doesNotContainKey("X-tenant");
    assertThat(upstream.requests().getLast().headers()).doesNotContainKey("X-tenant");
    assertThat(service.requests()).hasSize(2);
  }

  @Test
  void aClientCanNotTellTheUpstreamWhoItIs() {
    try (var _ = start(byHost(), EdgePolicy.NONE)) {
      get("X-DC-Tenant: umbrella");
    }

    assertThat(service.requests().getFirst().headers()).doesNotContainKey("X-dc-tenant");
    assertThat(upstream.requests().getFirst().headers().get("X-DC-Tenant")).containsExactly("acme");
  }

  @Test
  void passesTheOlderHeadersOn() {
    try (var _ = start(byHost(), EdgePolicy.NONE)) {
      assertThat(get().headers())
          .containsEntry("x-ratelimit-limit", "10")
          .containsEntry("x-ratelimit-remaining", "9")
          .containsEntry("x-ratelimit-reset", "6");
    }
  }

  @Test
  void theBackstopHoldsWhateverTheServiceSaysAndForEachTenantApart() {
    try (var _ =
        start(byHost(), new EdgePolicy(List.of(), OptionalInt.of(1), PathStrictness.STRICT))) {
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        statuses.add(get().status());
      }

      assertThat(statuses).startsWith(200, 200).contains(429);
      assertThat(service.requests()).hasSizeLessThan(20);
      assertThat(new RawHttpClient(port).get("/search", "Host: other.example.test").status())
          .isEqualTo(200);
    }
  }

  @Test
  void theServiceReadsTheTokenAndTheBackstopCountsByAddress() {
    try (var _ =
        start(byToken(), new EdgePolicy(List.of(), OptionalInt.of(1), PathStrictness.STRICT))) {
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        statuses.add(get("Authorization: Bearer " + i).status());
      }

      assertThat(statuses).startsWith(200, 200).contains(429);
      assertThat(service.requests().getFirst().headers().getFirst("Authorization"))
          .isEqualTo("Bearer 0");
      assertThat(upstream.requests().getFirst().headers().getFirst("Authorization"))
          .isEqualTo("Bearer 0");
    }
    assertThat(
            rendered(byToken(), new EdgePolicy(List.of(), OptionalInt.of(1), PathStrictness.STRICT))
                .losses())
        .extracting(UnsupportedSetting::reason)
        .singleElement()
        .asString()
        .contains("by the client's address");
  }

  @Test
  void aChallengeReachesTheClient() {
    try (var asker =
            FakeHttpServer.start(
                _ -> new FakeHttpServer.Answer(401, Map.of("WWW-Authenticate", "Bearer")));
        var _ = NginxServer.start(folder, rendered(byToken(), EdgePolicy.NONE, asker).text())) {
      var answer = get();

      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.headers()).containsEntry("www-authenticate", "Bearer");
      assertThat(upstream.requests()).isEmpty();
    }
  }

  @Test
  void refusesWhatCanNotStandInAFile() {
    assertThatThrownBy(() ->
            new EdgePolicy(
                List.of("0.0.0.0/0; deny all"), OptionalInt.empty(), PathStrictness.STRICT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EdgePolicy(List.of(), OptionalInt.of(0), PathStrictness.STRICT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTrustedHopIsNoLoss() {
    var site = site(new EdgePolicy(List.of("10.0.0.1"), OptionalInt.of(5), PathStrictness.STRICT));

    var losses = NginxConfigFile.render(PolicySet.EMPTY, byHeader(), site).losses();

    assertThat(losses).extracting(UnsupportedSetting::about).containsExactly("backstop");
    assertThat(losses.getFirst().reason()).contains("this gateway alone");
  }

  @Test
  void reloadsUnderLoadWithoutADroppedConnection() throws Exception {
    try (var nginx = start(byHost(), EdgePolicy.NONE);
        var clients = Executors.newFixedThreadPool(CLIENTS)) {
      var running = new AtomicBoolean(true);
      var loads = load(clients, running);
      for (int i = 0; i < RELOADS; i++) {
        try (var begun = new Socket(InetAddress.getLoopbackAddress(), port)) {
          begun.setSoTimeout(Math.toIntExact(LONG.toMillis()));
          send(begun, "GET /search HTTP/1.1\r\nHost: acme.example");
          reload(nginx, i);
          send(begun, ".test\r\nConnection: close\r\n\r\n");
          assertThat(new String(begun.getInputStream().readAllBytes(), ISO_8859_1))
              .as("a request that the reload came upon")
              .startsWith("HTTP/1.1 200");
        }
      }
      running.set(false);

      int asked = RELOADS;
      for (var load : loads) {
        var statuses = load.get();
        assertThat(statuses).containsOnly(200);
        asked += statuses.size();
      }
      assertThat(upstream.requests()).hasSize(asked);
    }
  }

  private static void send(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(ISO_8859_1));
    to.getOutputStream().flush();
  }

  private List<Future<List<Integer>>> load(ExecutorService clients, AtomicBoolean running) {
    List<Future<List<Integer>>> loads = new ArrayList<>();
    Callable<List<Integer>> client =
        () -> {
          List<Integer> statuses = new ArrayList<>();
          do {
            statuses.add(get().status());
          } while (running.get());
          return statuses;
        };
    for (int i = 0; i < CLIENTS; i++) {
      loads.add(clients.submit(client));
    }
    return loads;
  }

  /** With another file each time; done when the new workers answer. */
  private void reload(NginxServer nginx, int i) throws IOException {
    var rendered = rendered(gateway(byHost().identity(), "gw-" + (i + 2)), EdgePolicy.NONE);
    Files.writeString(folder.resolve("nginx.conf"), rendered.text());
    nginx.reload();
    BoundedWait.until(
        "the new file is acted on",
        LONG,
        () ->
            new RawHttpClient(port)
                .get("/.well-known/deployclaw", "Host: x")
                .body()
                .contains(rendered.config()));
  }

  private RawHttpClient.Answer get(String... headers) {
    var all = new ArrayList<>(List.of("Host: acme.example.test"));
    all.addAll(List.of(headers));
    return new RawHttpClient(port).get("/search", all.toArray(String[]::new));
  }

  private NginxServer start(Gateway gateway, EdgePolicy edge) {
    return NginxServer.start(folder, rendered(gateway, edge).text());
  }

  private RenderedGatewayFile rendered(Gateway gateway, EdgePolicy edge) {
    return rendered(gateway, edge, service);
  }

  private RenderedGatewayFile rendered(Gateway gateway, EdgePolicy edge, FakeHttpServer asked) {
    var set = PolicySet.of(List.of(tenant("acme")), List.of(gateway), "");
    return NginxConfigFile.render(set, gateway, site(edge, asked));
  }

  private GatewaySite site(EdgePolicy edge) {
    return site(edge, service);
  }

  private GatewaySite site(EdgePolicy edge, FakeHttpServer asked) {
    return new GatewaySite(
        "127.0.0.1:" + port,
        asked.address(),
        new TreeMap<>(Map.of("search", upstream.address())),
        folder.resolve("nginx.pid"),
        folder.resolve("access.log"),
        true,
        Duration.ofSeconds(30),
        List.of(),
        edge);
  }

  private static Gateway byHost() {
    return gateway(new Gateway.Identity.Host("example.test"), "gw-1");
  }

  private static Gateway byHeader() {
    return gateway(new Gateway.Identity.Header("x-tenant"), "gw-1");
  }

  private static Gateway byToken() {
    return gateway(
        new Gateway.Identity.Claim("tenant", "i", "a", InvalidTokenAction.REFUSE), "gw-1");
  }

  private static Gateway gateway(Gateway.Identity identity, String name) {
    return new Gateway(name, "shop", identity, List.of(new Gateway.Route("/search", "search")));
  }
}
