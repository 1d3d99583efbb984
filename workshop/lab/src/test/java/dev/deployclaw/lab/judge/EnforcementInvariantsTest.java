package dev.deployclaw.lab.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.judge.protocol.JsonValue;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gateways that enforce a limit of three an hour, and some that don't. */
class EnforcementInvariantsTest {
  private static final String LIMIT =
      """
      {"tenants":[{"tenant":"acme","limits":[{"algorithm":"token-bucket","name":"a","service":"s",
       "requests":3,"window_s":3600,"burst":3,"cost":1,"mode":"enforce"}]}]}
      """;
  private static final String QUOTA = "\"a\";q=3;w=3600";

  private final List<FakeHttpServer> servers = new ArrayList<>();
  private final AtomicInteger admitted = new AtomicInteger();

  @AfterEach
  void stop() {
    servers.forEach(FakeHttpServer::close);
  }

  @Test
  void isContentWithGatewaysThatShareALimit() throws Exception {
    gateway(3, QUOTA);
    gateway(3, QUOTA);

    assertThat(wrong()).isEmpty();
    assertThat(admitted.get()).isEqualTo(3);
  }

  @Test
  void findsAGatewayThatNeverRefuses() throws Exception {
    gateway(3, QUOTA);
    gateway(Integer.MAX_VALUE, QUOTA);

    assertThat(wrong())
        .anySatisfy(w -> assertThat(w).isEqualTo("gw-2 never refused acme"))
        .anySatisfy(w -> assertThat(w).startsWith("acme got ").endsWith(" are its limit"));
  }

  @Test
  void findsGatewaysThatLetMoreThroughThanTheyMay() throws Exception {
    gateway(6, QUOTA);

    assertThat(wrong()).containsExactly("acme got 6 requests through, 5 are its limit");
  }

  @Test
  void findsAGatewayThatActsOnAnotherLimit() throws Exception {
    gateway(3, "\"a\";q=4;w=3600");

    assertThat(wrong())
        .isNotEmpty()
        .allSatisfy(w -> assertThat(w).contains("not by q=3;w=3600").startsWith("gw-1 answers"));
  }

  @Test
  void findsAGatewayThatIsGone() throws Exception {
    gateway(3, QUOTA);
    servers.getFirst().close();

    assertThat(wrong()).anySatisfy(w -> assertThat(w).contains("Connection refused"));
  }

  private List<String> wrong() {
    var gateways = new ArrayList<EstateLocation.Gateway>();
    for (var server : servers) {
      var url = URI.create(server.url());
      gateways.add(new EstateLocation.Gateway("gw-" + (gateways.size() + 1), Path.of("none"), url));
    }
    var place =
        new EstateLocation(
            "http://127.0.0.1:1",
            "/",
            new TreeMap<>(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            "test",
            new TreeMap<>(),
            gateways);
    var set = JsonValue.parse(LIMIT);
    var wanted = new ExpectedState(1, "d", new TreeSet<>(), new TreeMap<>(), set);
    return new EnforcementInvariants(place.doors(), place.host(), wanted).wrong();
  }

  /** Lets requests for the tenant through while all of them together let no more through. */
  private void gateway(int most, String quota) throws IOException {
    var server =
        FakeHttpServer.start(request -> {
          String host = String.valueOf(request.headers().getFirst("Host"));
          boolean admits = host.equals("acme.test") && admitted.get() < most;
          if (admits) {
            admitted.incrementAndGet();
          }
          return new FakeHttpServer.Answer(admits ? 200 : 429, Map.of("RateLimit-Policy", quota));
        });
    servers.add(server);
  }
}
