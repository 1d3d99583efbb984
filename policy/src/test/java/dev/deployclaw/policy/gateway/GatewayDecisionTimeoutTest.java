package dev.deployclaw.policy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How rendered gateways ask the service beside them, and for how long they wait. */
class GatewayDecisionTimeoutTest {
  private static final Gateway EDGE =
      new Gateway(
          "edge-1",
          "edge",
          new Gateway.Identity.Host("example.test"),
          List.of(new Gateway.Route("/search", "search")));

  @Test
  void isWhatRenderedFilesSay() {
    assertThat(nginx("127.0.0.1:8089"))
        .contains("proxy_read_timeout " + GatewayDecisionTimeout.NGINX.answer().toSeconds() + "s;");
    assertThat(envoy("127.0.0.1:8089"))
        .contains(
            "\"timeout\":\"" + GatewayDecisionTimeout.ENVOY.answer().toMillis() / 1_000.0 + "s\"");
  }

  @Test
  void aServiceGivesUpOnRedisSooner() {
    for (var gateway : GatewayDecisionTimeout.values()) {
      assertThat(gateway.longestRedisTimeout().multipliedBy(3).dividedBy(2))
          .isLessThan(gateway.answer());
    }
  }

  @Test
  void bothAskOverASocketToo() {
    assertThat(nginx("unix:/run/deployclaw/decide.sock"))
        .contains("server unix:/run/deployclaw/decide.sock;");
    assertThat(envoy("unix:/run/deployclaw/envoy.sock"))
        .contains("{\"pipe\":{\"path\":\"/run/deployclaw/envoy.sock\"}}")
        .contains("\"name\":\"deployclaw_decide\",\"type\":\"STATIC\"");
  }

  @Test
  void aSocketIsNoMoreThanAPath() {
    for (String odd : List.of("unix:/a b", "unix:/a;b", "unix:a", "unix:", "unix:/$host")) {
      assertThatThrownBy(() -> nginx(odd)).as(odd).hasMessageContaining("service");
    }
  }

  private static String nginx(String service) {
    return NginxConfigFile.render(PolicySet.EMPTY, EDGE, site(service)).text();
  }

  private static String envoy(String service) {
    return EnvoyBootstrapFile.render(PolicySet.EMPTY, EDGE, site(service)).text();
  }

  private static GatewaySite site(String service) {
    return new GatewaySite(
        "0.0.0.0:8080",
        service,
        new TreeMap<>(Map.of("search", "127.0.0.1:2")),
        Path.of("/run/nginx.pid"),
        Path.of("/run/access.log"),
        true,
        Duration.ofSeconds(5),
        List.of(),
        EdgePolicy.NONE);
  }
}
