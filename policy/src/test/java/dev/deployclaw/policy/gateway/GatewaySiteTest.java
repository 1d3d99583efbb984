package dev.deployclaw.policy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GatewaySiteTest {
  @Test
  void refusesWhatNginxWouldReadAsMoreThanAnAddress() {
    assertThatThrownBy(() -> site("8080; include /etc/passwd", "/run/nginx.pid"))
        .hasMessageContaining("listen");
    assertThatThrownBy(() -> site("8080", "/run/nginx.pid\"; daemon off"))
        .hasMessageContaining("pidFile");
    assertThatThrownBy(() -> site("8080", "/run/$host.pid")).hasMessageContaining("pidFile");
  }

  @Test
  void takesAddressesAndNetworksAsAskersOnly() {
    assertThat(asked("10.1.2.3", "172.18.0.0/16", "fd00::/8").askers()).hasSize(3);
    assertThatThrownBy(() -> asked("all")).hasMessageContaining("asker");
    assertThatThrownBy(() -> asked("10.0.0.1; allow all")).hasMessageContaining("asker");
  }

  private static GatewaySite site(String listen, String pidFile) {
    return site(listen, pidFile, List.of());
  }

  private static GatewaySite asked(String... askers) {
    return site("8080", "/p", List.of(askers));
  }

  private static GatewaySite site(String listen, String pidFile, List<String> askers) {
    return new GatewaySite(
        listen,
        "127.0.0.1:1",
        new TreeMap<>(Map.of("search", "127.0.0.1:2")),
        Path.of(pidFile),
        Path.of("/run/access.log"),
        true,
        Duration.ofSeconds(5),
        askers,
        EdgePolicy.NONE);
  }
}
