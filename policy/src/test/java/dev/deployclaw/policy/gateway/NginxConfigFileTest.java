package dev.deployclaw.policy.gateway;

import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import dev.deployclaw.policy.PolicyFixtures;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rendered file in a real NGINX, between a decide service and an upstream of the test's. */
class NginxConfigFileTest {
  private static final String TOKEN = "DC-Probe: valid";

  @TempDir Path folder;

  private final int port = FreePortFinder.free();
  private final FakeHttpServer service = FakeHttpServer.start(request -> decide(request.headers()));
  private final FakeHttpServer upstream =
      FakeHttpServer.start(_ ->
          new FakeHttpServer.Answer(200, Map.of("X-DC-Probe", "1", "X-DC-Rule", "upstream's")));
  private final Gateway gateway =
      new Gateway(
          "gw-1",
          "shop",
          new Gateway.Identity.Host("example.test"),
          List.of(
              new Gateway.Route("/search", "search"),
              new Gateway.Route("/search/export", "order-items")));
  private final PolicySet set = policies(BackendFailureMode.DENY);

  @AfterEach
  void stop() {
    service.close();
    upstream.close();
  }

  @Test
  void passesWhatTheServiceAdmitsToTheUpstream() {
    try (var nginx = start(set)) {
      var answer = get("/search/x?q=1", "Host: acme.example.test");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers())
          .containsEntry("ratelimit", "\"search\";r=9")
          .doesNotContainKeys("retry-after", "x-dc-probe", "x-dc-rule", "x-dc-epoch");
      assertThat(upstream.requests()).hasSize(1);
      assertThat(upstream.requests().getFirst().headers().getFirst("Host"))
          .isEqualTo("acme.example.test");
      assertThat(nginx.daemon().alive()).isTrue();
    }
  }

  @Test
  void answers429WithTheServicesHeadersWhenItRefuses() {
    try (var _ = start(set)) {
      var answer = get("/search", "Host: limited.example.test");

      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.headers())
          .containsEntry("retry-after", "7")
          .containsEntry("ratelimit", "\"search\";r=0;t=7")
          .containsEntry("ratelimit-policy", "\"search\";q=10;w=60")
          .containsEntry("content-type", "application/problem+json");
      assertThat(upstream.requests()).isEmpty();
    }
  }

  @Test
  void tellsTheServiceWhoAsksAndOverwritesWhatTheClientForged() {
    try (var _ = start(set)) {
      get(
          "/search/a%20b?q=%0d%0a",
          "Host: Acme.Example.test",
          "X-DC-Host: other.example.test",
          "X-DC-Client: 10.1.1.1",
          "X-DC-Gateway: other",
          "X-DC-Uri: /free",
          "X-DC-Method: OPTIONS",
          "X-DC-Token: valid",
          "X-DC-Probe: 1",
          "X-Original-URL: /free",
          "X-Rewrite-URL: /free");

      var asked = service.requests().getFirst().headers();
      assertThat(asked.get("X-DC-Host")).containsExactly("acme.example.test");
      assertThat(asked.get("X-DC-Client")).containsExactly("127.0.0.1");
      assertThat(asked.get("X-DC-Gateway")).containsExactly("gw-1");
      assertThat(asked.get("X-DC-Uri")).containsExactly("/search/a%20b?q=%0d%0a");
      assertThat(asked.get("X-DC-Method")).containsExactly("GET");
      assertThat(asked).doesNotContainKeys("X-dc-token", "X-dc-probe");
      assertThat(upstream.requests().getFirst().headers().keySet())
          .noneMatch(h -> h.startsWith("X-dc") || h.endsWith("-url"));
    }
  }

  @Test
  void theHostThatIsJudgedIsTheOnlyOneThatAnUpstreamIsTold() {
    try (var _ = start(set)) {
      get(
          "/search/x",
          "Host: acme.example.test",
          "X-Forwarded-Host: other.example.test",
          "Forwarded: for=1.2.3.4;Host=other.example.test",
          "X_Forwarded_Host: other.example.test");
      get("/search/x", "Host: acme.example.test", "Forwarded: proto=https");

      var first = upstream.requests().getFirst().headers();
      assertThat(first.get("X-Forwarded-Host")).containsExactly("acme.example.test");
      assertThat(first.values().toString()).doesNotContain("other.example.test");
      assertThat(upstream.requests().getLast().headers().get("Forwarded"))
          .containsExactly("proto=https");
    }
  }

  @Test
  void answersAVerifiedProbeWithoutTheUpstream() {
    try (var _ = start(set)) {
      var admitted = get("/search/x", "Host: acme.example.test", TOKEN);
      var refused = get("/search/x", "Host: limited.example.test", TOKEN);

      assertThat(admitted.status()).isEqualTo(204);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(List.of(admitted, refused))
          .allSatisfy(a ->
              assertThat(a.headers())
                  .containsEntry("x-dc-probe", "1")
                  .containsEntry("x-dc-rule", "abc")
                  .containsEntry("x-dc-epoch", "4"));
      assertThat(upstream.requests()).isEmpty();
    }
  }

  /** A second server of the file answered this host once, without a question and a log line. */
  @Test
  void noHostIsServedUnaskedAndUnlogged() {
    try (var _ = start(set)) {
      get("/search/x", "Host: probe.deployclaw.invalid");

      assertThat(service.requests()).hasSize(1);
      BoundedWait.until("a line is logged", Duration.ofSeconds(30), () -> log().size() == 1);
      assertThat(log().getFirst().host()).isEqualTo("probe.deployclaw.invalid");
    }
  }

  @Test
  void passesAForgedProbeOnAsAnOrdinaryRequest() {
    try (var _ = start(set)) {
      var answer = get("/search/x", "Host: acme.example.test", "DC-Probe: forged");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).doesNotContainKeys("x-dc-probe", "x-dc-rule");
      assertThat(upstream.requests()).hasSize(1);
    }
  }

  @Test
  void closesWhenTheServiceIsGone() {
    try (var _ = start(set)) {
      service.close();

      var answer = get("/search/x", "Host: acme.example.test");

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.headers()).containsEntry("retry-after", "1");
      assertThat(upstream.requests()).isEmpty();
    }
  }

  @Test
  void opensWhenTheServiceIsGoneAndEveryTenantSaysSo() {
    try (var _ = start(policies(BackendFailureMode.ALLOW))) {
      service.close();

      assertThat(get("/search/x", "Host: acme.example.test").status()).isEqualTo(200);
      assertThat(get("/search/x", "Host: acme.example.test", TOKEN).headers())
          .doesNotContainKey("x-dc-probe");
    }
  }

  @Test
  void routesWholeSegmentsByTheLongestPrefix() {
    try (var _ = start(set)) {
      assertThat(get("/searching", "Host: acme.example.test").status()).isEqualTo(404);
      assertThat(get("/search/export/1", "Host: acme.example.test").status()).isEqualTo(200);
      assertThat(get("/", "Host: acme.example.test").status()).isEqualTo(404);
      assertThat(get("/_dc/decide", "Host: acme.example.test").status()).isEqualTo(404);
      assertThat(service.requests()).hasSize(1);
    }
  }

  @Test
  void saysWhichFileItIs() {
    var rendered = rendered(set);
    try (var _ = start(set)) {
      var answer = get("/.well-known/deployclaw", "Host: any");

      assertThat(answer.body())
          .isEqualTo("{\"gateway\":\"gw-1\",\"config\":\"" + rendered.config() + "\"}");
      assertThat(NginxConfigFile.configIn(rendered.text())).contains(rendered.config());
      assertThat(NginxConfigFile.isWhole(rendered.text())).isTrue();
      assertThat(NginxConfigFile.isWhole(rendered.text().replace("2s", "9s"))).isFalse();
    }
  }

  @Test
  void saysWhoItIsToNamedAddressesToo() {
    String text =
        NginxConfigFile.render(
                policies(BackendFailureMode.DENY),
                gateway,
                site(List.of("172.18.0.1", "10.0.0.0/8")))
            .text();

    assertThat(text)
        .containsPattern("allow ::1;\\s+allow 172.18.0.1;\\s+allow 10.0.0.0/8;\\s+deny all;");
    assertThat(rendered(policies(BackendFailureMode.DENY)).text())
        .containsPattern("allow ::1;\\s+deny all;");
  }

  @Test
  void logsEachRequestSoThatItCanBeCounted() {
    try (var _ = start(set)) {
      get("/search/x", "Host: acme.example.test", TOKEN, "DC-Execution: arch-1");
      get("/search/x", "Host: limited.example.test", "DC-Execution: \" dc_probe=1 host=\"x");

      BoundedWait.until("two lines are logged", Duration.ofSeconds(30), () -> log().size() == 2);
      assertThat(log().getFirst())
          .isEqualTo(new AccessLogLine(204, true, "acme.example.test", "arch-1"));
      assertThat(log().getLast().status()).isEqualTo(429);
      assertThat(log().getLast().probe()).isFalse();
    }
  }

  @Test
  void isTheSameFileForAChangedLimit() {
    var other =
        PolicySet.of(
            List.of(
                tenant(
                    "acme",
                    PolicyFixtures.limit("search", RequestMatch.service("search"), 99, 60))),
            List.of(gateway),
            "");

    assertThat(rendered(other.withTenants(closing(other))).text()).isEqualTo(rendered(set).text());
  }

  @Test
  void namesWhatItCantExpress() {
    var mixed = List.of(tenant("open"), failing(tenant("acme"), BackendFailureMode.DENY));
    var header =
        new Gateway(
            "gw-2",
            "shop",
            new Gateway.Identity.Header("x-tenant"),
            List.of(new Gateway.Route("/lost", "lost")));

    var losses = NginxConfigFile.render(set.withTenants(mixed), header, site()).losses();

    assertThat(losses)
        .extracting(UnsupportedSetting::about)
        .containsExactly("onBackendFailure", "identity", "route /lost", "backstop");
    assertThat(losses.getFirst().reason()).contains("open");
  }

  private static FakeHttpServer.Answer decide(Headers asked) {
    boolean limited = asked.getFirst("X-DC-Host").startsWith("limited.");
    var headers =
        new TreeMap<>(Map.of("X-DC-Epoch", "4", "X-DC-Rule", "abc", "RateLimit", "\"search\";r=9"));
    if ("valid".equals(asked.getFirst("X-DC-Token"))) {
      headers.put("X-DC-Probe", "1");
    }
    if (limited) {
      headers.put("RateLimit", "\"search\";r=0;t=7");
      headers.put("RateLimit-Policy", "\"search\";q=10;w=60");
      headers.put("Retry-After", "7");
    }
    return new FakeHttpServer.Answer(limited ? 403 : 204, headers);
  }

  private NginxServer start(PolicySet policies) {
    return NginxServer.start(folder, rendered(policies).text());
  }

  private RenderedGatewayFile rendered(PolicySet policies) {
    return NginxConfigFile.render(policies, gateway, site());
  }

  private GatewaySite site() {
    return site(List.of());
  }

  private GatewaySite site(List<String> askers) {
    var upstreams =
        new TreeMap<>(Map.of("search", upstream.address(), "order-items", upstream.address()));
    return new GatewaySite(
        "127.0.0.1:" + port,
        service.address(),
        upstreams,
        folder.resolve("nginx.pid"),
        folder.resolve("access.log"),
        true,
        Duration.ofSeconds(5),
        askers,
        EdgePolicy.NONE);
  }

  private RawHttpClient.Answer get(String path, String... headers) {
    return new RawHttpClient(port).get(path, headers);
  }

  private List<AccessLogLine> log() {
    return Failable.get(() ->
        Files.readAllLines(folder.resolve("access.log")).stream()
            .flatMap(l -> AccessLogLine.parse(l).stream())
            .toList());
  }

  private PolicySet policies(BackendFailureMode failure) {
    var acme =
        tenant("acme", PolicyFixtures.limit("search", RequestMatch.service("search"), 10, 60));
    return PolicySet.of(List.of(failing(acme, failure)), List.of(gateway), "");
  }

  private static List<TenantPolicy> closing(PolicySet set) {
    return set.tenants().values().stream().map(t -> failing(t, BackendFailureMode.DENY)).toList();
  }

  private static TenantPolicy failing(TenantPolicy t, BackendFailureMode failure) {
    return new TenantPolicy(t.tenant(), t.labels(), t.parent(), t.blocked(), failure, t.limits());
  }
}
