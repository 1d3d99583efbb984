package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ProbeKeyPair;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.policy.wire.SignedProbeToken;
import dev.deployclaw.ratelimit.token.Issuer;
import dev.deployclaw.ratelimit.token.JwksSource;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Tenants named by tokens: a client, a real NGINX, the service, a Redis Cluster and an etcd. */
class TokenIdentityTest {
  private static final Issuer ISSUER = Issuer.ofEachKind().rsa("next");
  private static final Claim CLAIM = claim(InvalidTokenAction.REFUSE);
  private static final TenantPolicy ACME = Sets.tenant("acme", Sets.burst("all", 3));

  @TempDir static Path folder;
  private static final ProbeKeyPair PROBES = ProbeKeyPair.generate();
  private static Path keys;
  private static Estate estate;
  private static FakeHttpServer upstream;
  private static NginxServer nginx;
  private static int port;
  private static long epoch;

  @BeforeAll
  static void start() throws Exception {
    keys = Files.writeString(folder.resolve("keys.json"), ISSUER.keySet("rsa", "ec", "ed"));
    estate =
        Estate.start(
            folder,
            0,
            new TokenSettings(
                new JwksSource.File(keys),
                TokenSettings.USUAL,
                Duration.ofSeconds(30),
                TokenSettings.USUAL_LIFE));
    upstream = FakeHttpServer.answering(200);
    port = FreePortFinder.free();
    nginx = NginxServer.start(folder.resolve("nginx"), rendered());
  }

  @AfterAll
  static void stop() {
    nginx.close();
    upstream.close();
    estate.close();
  }

  /** Whose the requests were that reached the service behind. */
  private static List<String> tenants() {
    return upstream.requests().stream()
        .map(r -> r.headers().getOrDefault(DecideHeaders.TENANT, List.of("nobody")))
        .map(tenant -> String.join("+", tenant))
        .toList();
  }

  @BeforeEach
  void forget() throws Exception {
    estate.redis().primaries().forEach(node -> Estate.onNode(node, Jedis::flushAll));
    Files.writeString(keys, ISSUER.keySet("rsa", "ec", "ed"));
    upstream.forget();
    epoch++;
  }

  @Test
  void aVerifiedTokenNamesTheTenant() {
    activate(CLAIM, ACME, Sets.tenant("globex", Sets.burst("all", 1)));

    assertThat(get(bearer(ISSUER.token("rsa", "RS256", "acme")))).isEqualTo(200);
    assertThat(get(bearer(ISSUER.token("ec", "ES256", "acme")))).isEqualTo(200);
    assertThat(get(bearer(ISSUER.token("ed", "EdDSA", "acme")))).isEqualTo(200);
    assertThat(get(bearer(ISSUER.token("ed", "EdDSA", "acme")))).isEqualTo(429);
    assertThat(get(bearer(ISSUER.token("rsa", "RS256", "globex")))).isEqualTo(200);
    assertThat(tenants()).containsExactly("acme", "acme", "acme", "globex");
  }

  @Test
  void whatIsNotVerifiedIsNobodys() {
    activate(CLAIM, ACME, Sets.tenant("default", Sets.burst("all", 99)));
    String good = ISSUER.token("rsa", "RS256", "acme");
    long now = Instant.now().getEpochSecond();
    var bad =
        List.of(
            new Issuer().rsa("rsa").token("rsa", "RS256", "acme"),
            Issuer.spliced(good, "globex"),
            ISSUER.unsigned("none", "acme"),
            ISSUER.unsigned("nOnE", "acme"),
            ISSUER.confused("rsa", "acme"),
            ISSUER.token("next", "RS256", "acme"),
            ISSUER.token("rsa", "RS512", "acme"),
            claiming("exp", now - 3600),
            claiming("nbf", now + 3600),
            claiming("iss", "https://evil.example.test"),
            claiming("aud", "billing"),
            claiming("tenant", 7),
            claiming("tenant", List.of("acme")),
            claiming("tenant", "ACME"),
            "acme",
            "");

    for (String token : bad) {
      var answer = send(bearer(token));
      assertThat(answer.statusCode()).as(token).isEqualTo(401);
      assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
          .contains("Bearer error=\"invalid_token\"");
    }
    assertThat(tenants()).isEmpty();
    assertThat(get(bearer(good))).as("and nothing was charged to acme").isEqualTo(200);
    assertThat(get(bearer(good))).isEqualTo(200);
    assertThat(get(bearer(good))).isEqualTo(200);
  }

  @Test
  void withoutATokenAClientIsToldThatItNeedsOne() {
    activate(CLAIM, ACME);

    var answer = send(Map.of());

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly("Bearer");
  }

  @Test
  void aTenantThatAClientNamesItselfCountsForNothing() {
    activate(CLAIM, ACME, Sets.tenant("globex", Sets.burst("all", 9)));
    var named = Map.of("X-DC-Tenant", "globex", "X-Tenant", "globex", "X-DC-Gateway", "other");
    var both = new TreeMap<>(named);
    both.putAll(bearer(ISSUER.token("rsa", "RS256", "acme")));

    assertThat(get(named)).isEqualTo(401);
    assertThat(get(both)).isEqualTo(200);
    assertThat(tenants()).containsExactly("acme");
  }

  @Test
  void theUnprovenFallUnderTheDefaultWhereTheGatewaySaysSo() {
    var lenient = claim(InvalidTokenAction.DEFAULT);
    activate(lenient, ACME, Sets.tenant("default", Sets.burst("all", 1)));

    assertThat(get(Map.of())).isEqualTo(200);
    assertThat(get(bearer(ISSUER.confused("rsa", "acme")))).isEqualTo(429);
    assertThat(tenants()).containsExactly("default");

    epoch++;
    activate(lenient, ACME);

    assertThat(get(Map.of())).as("no default, no way in").isEqualTo(429);
  }

  @Slow(
      guard = "dev.deployclaw.ratelimit.token.TokenKeySetTest",
      because = "it waits until a service reads its keys again")
  @Test
  void keysMayChangeWhileItRuns() throws Exception {
    activate(CLAIM, Sets.tenant("acme", Sets.burst("all", 1_000_000)));
    var old = bearer(ISSUER.token("rsa", "RS256", "acme"));
    var next = bearer(ISSUER.token("next", "RS256", "acme"));
    assertThat(get(old)).isEqualTo(200);
    assertThat(get(next)).isEqualTo(401);

    Files.writeString(keys, ISSUER.keySet("rsa", "next"));
    BoundedWait.until("the new key is believed", Estate.LONG, () -> get(next) == 200);
    assertThat(get(old)).isEqualTo(200);

    Files.writeString(keys, "{\"keys\":[");
    assertThat(get(next)).as("half a file changes nothing").isEqualTo(200);
    Files.writeString(keys, ISSUER.keySet("next"));
    BoundedWait.until("the old key is gone", Estate.LONG, () -> get(old) == 401);
    assertThat(get(next)).isEqualTo(200);
    Files.writeString(keys, ISSUER.keySet("rsa", "ec", "ed"));
    BoundedWait.until("the keys are back", Estate.LONG, () -> get(old) == 200);
  }

  @Test
  void aProbeIsOfTheTenantThatItsOwnTokenNames() {
    activate(CLAIM, ACME);
    long expiry = Instant.now().getEpochSecond() + 120;
    var probe = new ProbeToken("run-1", "acme", "checkout", "/pay/now", "GET", 1, 1, expiry, "n");
    String signed = SignedProbeToken.sign(List.of(probe), PROBES.privateKey()).getFirst();
    String forged =
        SignedProbeToken.sign(List.of(probe), ProbeKeyPair.generate().privateKey()).getFirst();

    var answer = send(Map.of(DecideHeaders.PROBE_TOKEN, signed));

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue(DecideHeaders.PROBE)).contains("1");
    assertThat(get(Map.of(DecideHeaders.PROBE_TOKEN, forged))).isEqualTo(401);
    assertThat(tenants()).isEmpty();
  }

  @Test
  void anEnvoyTellsTheTokenInItsDescriptor() {
    activate(CLAIM, ACME);
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", estate.grpcPort()).usePlaintext().build();
    try {
      var good = ask(channel, "Bearer " + ISSUER.token("ed", "EdDSA", "acme"));
      var bad = ask(channel, "Bearer " + ISSUER.confused("rsa", "acme"));

      assertThat(good.getOverallCode()).isEqualTo(RateLimitResponse.Code.OK);
      assertThat(good.getRequestHeadersToAdd(0).getValue()).isEqualTo("acme");
      assertThat(bad.getOverallCode()).isEqualTo(RateLimitResponse.Code.OVER_LIMIT);
    } finally {
      channel.shutdownNow();
    }
  }

  private static RateLimitResponse ask(ManagedChannel channel, String authorization) {
    var entries =
        Map.of(
            "dc_host",
            "api.example.com",
            "dc_method",
            "GET",
            "dc_uri",
            "/pay/now",
            "remote_address",
            "10.0.0.1",
            "dc_header.authorization",
            authorization);
    var descriptor = RateLimitDescriptor.newBuilder();
    entries.forEach((key, value) ->
        descriptor.addEntries(RateLimitDescriptor.Entry.newBuilder().setKey(key).setValue(value)));
    return RateLimitServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .shouldRateLimit(
            RateLimitRequest.newBuilder().setDomain("edge-1").addDescriptors(descriptor).build());
  }

  private static void activate(Claim identity, TenantPolicy... tenants) {
    estate.activate(epoch, Sets.behind(identity, PROBES.publicKey(), tenants));
  }

  private static Claim claim(InvalidTokenAction unproven) {
    return new Claim("tenant", Issuer.NAME, Issuer.AUDIENCE, unproven);
  }

  private static String claiming(String name, Object value) {
    return ISSUER.token("rsa", "RS256", Issuer.claims("acme", Map.of(name, value)));
  }

  private static Map<String, String> bearer(String token) {
    return Map.of("Authorization", "Bearer " + token);
  }

  private static int get(Map<String, String> headers) {
    return send(headers).statusCode();
  }

  private static HttpResponse<String> send(Map<String, String> headers) {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/pay/now"));
    headers.forEach(request::header);
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request.timeout(Estate.LONG).build(), HttpResponse.BodyHandlers.ofString());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static String rendered() {
    var to = upstream.address();
    var site =
        new GatewaySite(
            "127.0.0.1:" + port,
            "127.0.0.1:" + estate.port(),
            new TreeMap<>(Map.of("checkout", to, "web", to)),
            folder.resolve("nginx/nginx.pid"),
            folder.resolve("nginx/access.log"),
            true,
            Duration.ofSeconds(10),
            List.of(),
            EdgePolicy.NONE);
    return NginxConfigFile.render(PolicySet.EMPTY, Sets.edge(CLAIM), site).text();
  }
}
