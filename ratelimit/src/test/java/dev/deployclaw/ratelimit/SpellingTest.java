package dev.deployclaw.ratelimit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.gateway.PathStrictness;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The path that is judged is the path that is served, however a client spells it: a real NGINX, the
 * service with Redis and etcd, and an upstream that routes by the raw path.
 */
class SpellingTest {
  private static final Path LIST =
      Path.of("../policy/src/test/resources/dev/deployclaw/policy/gateway/spellings.txt");

  private static final String PLAIN = "# What is plain";
  private static final String ATTACK = "/checkout/x%2f..%2f..%2forders/1";
  private static final String HOST = "Host: acme.api.example.com\r\n";
  private static final int TIMEOUT = Math.toIntExact(Duration.ofSeconds(30).toMillis());
  private static final Pattern BYTE = Pattern.compile("\\\\x([0-9a-f]{2})");
  private static final Pattern JUDGED = Pattern.compile("(?i)\r\nRateLimit-Policy: \"([a-z-]+)\"");
  private static final Pattern SERVED = Pattern.compile("(?i)\r\nX-Served-By: ([a-z-]+)");

  @TempDir static Path folder;
  private static Estate estate;
  private static RawUpstream upstream;
  private static NginxServer nginx;
  private static PolicySet set;
  private static int port;

  /** What became of a request: which limit it was judged by, and who served it. */
  private record Outcome(int status, Optional<String> judged, Optional<String> served) {}

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder, 0);
    upstream = RawUpstream.start();
    port = FreePortFinder.free();
    var gateway =
        new Gateway(
            "edge-1",
            "edge",
            new Gateway.Identity.Host("api.example.com"),
            List.of(
                new Gateway.Route("/", "web"),
                new Gateway.Route("/orders", "orders"),
                new Gateway.Route("/checkout", "checkout")));
    set = PolicySet.of(List.of(Sets.tenant("acme", limits())), List.of(gateway), "");
    nginx = gateway(PathStrictness.STRICT, port);
    estate.activate(1, set);
  }

  @AfterAll
  static void stop() {
    nginx.close();
    upstream.close();
    estate.close();
  }

  @Test
  void aRequestIsJudgedAndServedAsTheSameOrRefused() {
    List<String> apart = new ArrayList<>();
    for (String spelling : spellings()) {
      var outcome = get(spelling, HOST);
      if (outcome.served().isPresent() && !outcome.served().equals(outcome.judged())) {
        apart.add(spelling + " -> " + outcome);
      }
    }

    assertThat(spellings()).hasSizeGreaterThan(300);
    assertThat(apart).isEmpty();
  }

  @Test
  void theSpellingThatEvadedALimitIsRefusedBeforeTheQuestion() {
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      statuses.add(get(ATTACK, HOST).status());
    }

    assertThat(statuses).containsOnly(400);
  }

  @Test
  void whatIsPlainPasses() {
    List<String> plain = plain();

    assertThat(plain).hasSizeGreaterThan(20);
    for (String spelling : plain) {
      var outcome = get(spelling, HOST);
      assertThat(outcome.status()).as(spelling).isEqualTo(200);
      assertThat(outcome.served()).as(spelling).isEqualTo(outcome.judged()).isPresent();
    }
  }

  @Test
  void aLongPathIsPlainToo() {
    var outcome = get("/orders/" + "ab%20c/".repeat(1_000), HOST);

    assertThat(outcome.served()).contains("orders").isEqualTo(outcome.judged());
    assertThat(get("/orders/" + "ab%20c/".repeat(1_000) + "/", HOST).status()).isEqualTo(400);
  }

  /** The route decides there, too; a limit's own route may still be read in both ways. */
  @Test
  void anEncodedSlashPassesBelowARouteWhereTheGatewayAllowsIt() {
    int other = FreePortFinder.free();
    try (var _ = gateway(PathStrictness.ENCODED_SLASH, other)) {
      List<Outcome> apart = new ArrayList<>();
      for (String spelling : spellings()) {
        var outcome = get(other, spelling, HOST);
        if (outcome.served().isPresent() && !outcome.served().equals(outcome.judged())) {
          apart.add(outcome);
        }
      }

      assertThat(get(other, "/orders/a%2fb", HOST).served()).contains("orders");
      assertThat(get(other, "/orders/a%2Fb/c%2Fd?x", HOST).judged()).contains("orders");
      assertThat(get(other, "/orders%2f1", HOST).status()).isEqualTo(400);
      assertThat(get(other, ATTACK, HOST).status()).isEqualTo(400);
      assertThat(apart)
          .isNotEmpty()
          .allMatch(o -> o.judged().equals(Optional.of("orders-bulk")))
          .allMatch(o -> o.served().equals(Optional.of("orders")));
    }
  }

  @Test
  void allPassWhereTheGatewaySaysThatItsUpstreamsReadThemAsItDoes() {
    int other = FreePortFinder.free();
    try (var _ = gateway(PathStrictness.ANY, other)) {
      assertThat(get(other, ATTACK, HOST).judged()).contains("orders");
    }
  }

  @Test
  void oneHostIsJudgedAndServed() {
    var two = get("/orders/1", "Host: acme.api.example.com\r\nHost: other.api.example.com\r\n");
    var none = get("/orders/1", "");
    upstream.hosts().clear();
    var absolute = get("http://acme.api.example.com/orders/1", "Host: other.api.example.com\r\n");
    var dotted = get("/orders/1", "Host: ACME.api.example.com.:80\r\n");

    assertThat(two.status()).isEqualTo(400);
    assertThat(none.status()).isEqualTo(400);
    assertThat(absolute.served()).contains("orders").isEqualTo(absolute.judged());
    assertThat(dotted.served()).contains("orders").isEqualTo(dotted.judged());
    assertThat(upstream.hosts()).containsExactly("acme.api.example.com", "acme.api.example.com");
  }

  private static Limit[] limits() {
    return List.of(
            limit("web", new RequestMatch(Optional.of("web"), Optional.empty(), Optional.empty())),
            limit("checkout", RequestMatch.service("checkout")),
            limit(
                "orders",
                new RequestMatch(Optional.of("orders"), Optional.of("/*"), Optional.empty())),
            limit(
                "orders-bulk",
                new RequestMatch(
                    Optional.of("orders"), Optional.of("/orders/bulk"), Optional.empty())))
        .toArray(Limit[]::new);
  }

  private static Limit limit(String name, RequestMatch match) {
    var wide = Sets.burst(name, 1_000_000);
    return new Limit(
        name,
        match,
        wide.key(),
        wide.algorithm(),
        wide.requests(),
        wide.window(),
        wide.burst(),
        wide.cost(),
        wide.mode(),
        wide.onBackendFailure(),
        LimitPrecision.EXACT);
  }

  private static NginxServer gateway(PathStrictness paths, int port) {
    var home = folder.resolve(paths.word());
    var site = site(home, port, paths);
    var gateway = set.gateways().values().iterator().next();
    return NginxServer.start(home, NginxConfigFile.render(set, gateway, site).text());
  }

  private static GatewaySite site(Path home, int port, PathStrictness paths) {
    var upstreams = new TreeMap<String, String>();
    List.of("web", "orders", "checkout").forEach(s -> upstreams.put(s, upstream.address()));
    return new GatewaySite(
        "127.0.0.1:" + port,
        "127.0.0.1:" + estate.port(),
        upstreams,
        home.resolve("nginx.pid"),
        home.resolve("access.log"),
        true,
        Duration.ofSeconds(5),
        List.of(),
        new EdgePolicy(EdgePolicy.NONE.trusted(), EdgePolicy.NONE.backstop(), paths));
  }

  private static List<String> spellings() {
    return lines().stream().filter(l -> !l.isEmpty() && !l.startsWith("# ")).toList();
  }

  private static List<String> plain() {
    var all = lines();
    int from = all.indexOf(all.stream().filter(l -> l.startsWith(PLAIN)).findFirst().orElseThrow());
    return all.subList(from + 1, all.size());
  }

  private static List<String> lines() {
    return Failable.get(() -> Files.readAllLines(LIST));
  }

  private static Outcome get(String spelling, String hosts) {
    return get(port, spelling, hosts);
  }

  private static Outcome get(int port, String spelling, String hosts) {
    String target =
        BYTE.matcher(spelling)
            .replaceAll(b ->
                Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(b.group(1), 16))));
    String answer =
        send(port, "GET " + target + " HTTP/1.1\r\n" + hosts + "Connection: close\r\n\r\n");
    return new Outcome(
        Integer.parseInt(answer.substring(9, 12)), named(JUDGED, answer), named(SERVED, answer));
  }

  private static Optional<String> named(Pattern header, String answer) {
    var found = header.matcher(answer);
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  private static String send(int port, String request) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
