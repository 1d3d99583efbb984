package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.ratelimit.redis.Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static final List<String> NEEDED =
      List.of("--etcd=http://127.0.0.1:2379", "--redis=127.0.0.1:7001,127.0.0.1:7002");

  @Test
  void defaultsAreLoopbackAndClosed() throws Exception {
    var settings = Settings.read(NEEDED, Map.of());

    assertThat(settings.host()).isEqualTo("127.0.0.1");
    assertThat(settings.port()).isEqualTo(8089);
    assertThat(settings.portFile()).isEmpty();
    assertThat(settings.prefix()).isEqualTo("/deployclaw/default/");
    assertThat(settings.redis())
        .containsExactly(new Address("127.0.0.1", 7001), new Address("127.0.0.1", 7002));
    assertThat(settings.namespace()).isEqualTo("default");
    assertThat(settings.redisTimeout()).isEqualTo(Duration.ofMillis(100));
    assertThat(settings.withoutPolicy()).isEqualTo(BackendFailure.DENY);
  }

  @Test
  void argumentsComeBeforeTheEnvironment() throws Exception {
    var environment =
        Map.of(
            "DC_RATELIMIT_PORT",
            "1",
            "DC_RATELIMIT_REDIS_TIMEOUT_MS",
            "7",
            "DC_RATELIMIT_ETCD",
            "http://x",
            "DC_RATELIMIT_REDIS",
            "y:1");

    var settings = Settings.read(List.of("--port=2"), environment);

    assertThat(settings.port()).isEqualTo(2);
    assertThat(settings.redisTimeout()).isEqualTo(Duration.ofMillis(7));
    assertThat(settings.etcd()).isEqualTo("http://x");
  }

  @Test
  void allProblemsAreSaidAtOnce() {
    var arguments =
        List.of(
            "--port=x",
            "--redis=a",
            "--redis-timeout-ms=60000",
            "--on-backend-failure=maybe",
            "--colour=red");

    assertThatThrownBy(() -> Settings.read(arguments, Map.of()))
        .isInstanceOf(Settings.Invalid.class)
        .hasMessageContainingAll(
            "port must be",
            "redis: not host:port",
            "redis-timeout-ms must be",
            "on-backend-failure must be",
            "etcd is missing",
            "unknown argument --colour=red");
  }
}
