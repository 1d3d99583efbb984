package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AccessLogConfig;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.server.AgentResources;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.replay.RequestAttribution;
import dev.deployclaw.policy.replay.RequestAttribution.TenantSource;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a change would have meant to requests that went through a real NGINX a moment ago. */
class NginxImpactTest {
  private static final int OWN = 120;
  private static final int OTHERS = 30;
  private static final int ELSEWHERE = 10;

  /** A minute, and at once: a change of the rate leaves the burst. */
  private static final int LIMIT = 40;

  private static final long MINUTE_MICROS = 60_000_000;

  /** A request that the limit is about, as the rendered file logs it. */
  private static final Pattern LINE =
      Pattern.compile(
          "(\\d+)\\.(\\d{3}) status=200 .*host=\"acme\\.example\\.test\" .*"
              + "request=\"GET /orders/\\d+\" .*");

  @TempDir Path folder;

  private final Gateway gateway =
      new Gateway(
          "one",
          "shop",
          new Gateway.Identity.Host("example.test"),
          List.of(new Gateway.Route("/orders", "orders"), new Gateway.Route("/free", "free")));
  private final int port = FreePortFinder.free();
  private final FakeHttpServer service =
      FakeHttpServer.start(_ -> new FakeHttpServer.Answer(204, Map.of("X-DC-Tenant", "acme")));
  private final FakeHttpServer upstream =
      FakeHttpServer.start(_ -> new FakeHttpServer.Answer(200, Map.of()));
  private NginxServer nginx;
  private Served served;

  @BeforeEach
  void start() throws Exception {
    var site =
        new GatewaySite(
            "127.0.0.1:" + port,
            service.address(),
            new TreeMap<>(Map.of("orders", upstream.address(), "free", upstream.address())),
            folder.resolve("nginx/nginx.pid"),
            log(),
            true,
            Duration.ofSeconds(30),
            List.of(),
            EdgePolicy.NONE);
    var rendered = NginxConfigFile.render(PolicySet.EMPTY, gateway, site);
    nginx = NginxServer.start(folder.resolve("nginx"), rendered.text());
    served = Served.start(Files.createDirectory(folder.resolve("agent")), List.of(), this::reading);
    served.world.planner = new GrammarInterpreter();
    String wide = FakeSourcesExecutor.document("acme", 600_000);
    served.world.sources.put(
        "acme.yaml", wide.replace("window: 1m", "window: 1m\n      burst: " + LIMIT));
    served.done("apply the policies", "COMPLETED");
  }

  /** The agent reads the log by the clock that NGINX writes it by. */
  private AgentResources reading(AgentResources estate) {
    var naming = new RequestAttribution(new TenantSource.Host(), gateway.routes());
    var timed =
        ServerFixture.withChannels(estate, List.of(), BackoffPolicy.DEFAULT, AgentClock.system());
    return ServerFixture.withAccessLogs(timed, List.of(new AccessLogConfig("one", log(), naming)));
  }

  @AfterEach
  void stop() {
    served.close();
    nginx.close();
    service.close();
    upstream.close();
  }

  @Test
  void aLowerLimitShowsAsManyRefusalsAsTheLogItselfTells() throws Exception {
    send("acme", "/orders/", OWN);
    send("zenith", "/orders/", OTHERS);
    send("acme", "/free/", ELSEWHERE);
    int all = OWN + OTHERS + ELSEWHERE;
    BoundedWait.until("all is logged", ServerFixture.SOON, () -> lines().size() == all);

    var found =
        served
            .post("/v1/impact", VIC, Served.task("set acme's orders limit to 40 per minute"))
            .json();

    var traffic = found.path("traffic");
    assertThat(traffic.path("state").asText()).as(found.toString()).isEqualTo("replayed");
    assertThat(traffic.path("requests").asInt()).isEqualTo(all);
    assertThat(traffic.path("refused_before").asInt()).isZero();
    assertThat(traffic.path("newly_refused").asInt())
        .as(found.toString())
        .isEqualTo(refused())
        .isPositive();
    assertThat(traffic.path("tenants")).hasSize(1);
    assertThat(traffic.at("/tenants/0/tenant").asText()).isEqualTo("acme");
    assertThat(traffic.at("/tenants/0/by").asText()).isEqualTo("acme/orders");
    assertThat(traffic.path("unread_lines").asInt()).isZero();
  }

  /** By a bucket of the test's own: it holds the limit, and each microsecond refills a part. */
  private int refused() {
    long level = LIMIT * MINUTE_MICROS;
    long last = 0;
    int refused = 0;
    int seen = 0;
    for (String line : lines()) {
      var parts = LINE.matcher(line);
      if (!parts.matches()) {
        continue;
      }
      long now = (Long.parseLong(parts.group(1)) * 1_000 + Long.parseLong(parts.group(2))) * 1_000;
      level = Math.min(LIMIT * MINUTE_MICROS, level + (seen == 0 ? 0 : now - last) * LIMIT);
      last = now;
      seen++;
      boolean admitted = level >= MINUTE_MICROS;
      level -= admitted ? MINUTE_MICROS : 0;
      refused += admitted ? 0 : 1;
    }
    assertThat(seen).isEqualTo(OWN);
    return refused;
  }

  private void send(String tenant, String path, int requests) throws IOException {
    for (int i = 0; i < requests; i++) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(Math.toIntExact(ServerFixture.SOON.toMillis()));
        String request =
            "GET %s%d HTTP/1.1\r\nHost: %s.example.test\r\nConnection: close\r\n\r\n"
                .formatted(path, i, tenant);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        var answer = socket.getInputStream().readAllBytes();
        assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200");
      }
    }
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(log());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path log() {
    return folder.resolve("nginx/access.log");
  }
}
