package dev.deployclaw.ratelimit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.wire.ServerLogin;
import dev.deployclaw.ratelimit.redis.RedisAddress;
import dev.deployclaw.ratelimit.token.Issuer;
import dev.deployclaw.ratelimit.token.JwksSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceSettingsTest {
  private static final List<String> NEEDED =
      List.of("--etcd=http://127.0.0.1:2379", "--redis=127.0.0.1:7001,127.0.0.1:7002");

  @Test
  void defaultsAreLoopbackAndClosed() throws Exception {
    var settings = ServiceSettings.read(NEEDED, Map.of());

    assertThat(settings.host()).isEqualTo("127.0.0.1");
    assertThat(settings.port()).isEqualTo(8089);
    assertThat(settings.portFile()).isEmpty();
    assertThat(settings.etcd().prefix()).isEqualTo("/deployclaw/default/");
    assertThat(settings.redis().nodes())
        .containsExactly(new RedisAddress("127.0.0.1", 7001), new RedisAddress("127.0.0.1", 7002));
    assertThat(settings.namespace()).isEqualTo("default");
    assertThat(settings.redis().timeout()).isEqualTo(Duration.ofMillis(100));
    assertThat(settings.withoutPolicy()).isEqualTo(BackendFailureMode.DENY);
  }

  @Test
  void anEventLoopTakesTwoCoresAndItsShareOfTheHeap() {
    var none = new ArrayList<>(NEEDED);
    none.add("--event-loops=0");

    assertThat(loops("-").eventLoops(1, 1L << 30)).isEqualTo(1);
    assertThat(loops("-").eventLoops(2, 1L << 30)).isEqualTo(1);
    assertThat(loops("-").eventLoops(6, 1L << 30)).isEqualTo(3);
    assertThat(loops("-").eventLoops(16, 1L << 30)).as("more aren't measured").isEqualTo(4);
    assertThat(loops("-").eventLoops(16, 64L << 20)).isEqualTo(2);
    assertThat(loops("-").eventLoops(256, 16L << 20)).isEqualTo(1);
    assertThatThrownBy(() -> ServiceSettings.read(none, Map.of()))
        .hasMessageContaining("event-loops must be a whole number from 1 to 64: 0");
  }

  @Test
  void eventLoopsThatAreToldFitCoresAndHeap() {
    var fitting = loops("64");
    var small = loops("1");
    var tooMany = loops("8");

    assertThat(fitting.eventLoops(16, 512L << 20)).isEqualTo(16);
    assertThat(small.eventLoops(16, 16L << 20)).as("it has always one").isEqualTo(1);
    tooMany.eventLoops(16, 100L << 20);

    assertThat(fitting.problems()).isEmpty();
    assertThat(small.problems()).isEmpty();
    assertThat(tooMany.problems())
        .containsExactly(
            "event-loops: 8 need 256 MiB of heap, and there are 100: raise -Xmx, or take 3");
  }

  private static ServiceSettingsReader loops(String told) {
    return new ServiceSettingsReader(Map.of("event-loops", told), Map.of(), new ArrayList<>());
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

    var settings = ServiceSettings.read(List.of("--port=2"), environment);

    assertThat(settings.port()).isEqualTo(2);
    assertThat(settings.redis().timeout()).isEqualTo(Duration.ofMillis(7));
    assertThat(settings.etcd().endpoints()).containsExactly("http://x");
  }

  @Test
  void secretsComeFromFilesAndTheEnvironment(@TempDir Path folder) throws Exception {
    var file = Files.writeString(folder.resolve("redis"), "from a file\n");
    var arguments = new ArrayList<>(NEEDED);
    arguments.addAll(
        List.of("--redis-user=service", "--redis-password-file=" + file, "--etcd-user=reader"));

    var settings = ServiceSettings.read(arguments, Map.of("DC_RATELIMIT_ETCD_PASSWORD", "a word"));

    assertThat(settings.redis().login()).contains(new ServerLogin("service", "from a file"));
    assertThat(settings.etcd().login()).contains(new ServerLogin("reader", "a word"));
    assertThat(settings.toString()).doesNotContain("from a file", "a word");
  }

  @Test
  void aSecretIsNoArgumentAndIsNotRepeated() {
    var arguments = new ArrayList<>(NEEDED);
    arguments.addAll(List.of("--redis-password=hush", "--etcd-user=reader"));

    assertThatThrownBy(() -> ServiceSettings.read(arguments, Map.of()))
        .hasMessageContainingAll(
            "redis-password can't be an argument",
            "--redis-password-file=FILE",
            "etcd-user needs a password")
        .hasMessageNotContaining("hush");
  }

  @Test
  void refusesFilesThatDontFit(@TempDir Path folder) throws Exception {
    var empty = Files.writeString(folder.resolve("empty"), "");
    var arguments = new ArrayList<>(NEEDED);
    arguments.addAll(
        List.of(
            "--redis-password-file=" + folder.resolve("none"),
            "--etcd-password-file=" + empty,
            "--etcd-ca-file=" + empty,
            "--etcd-cert-file=" + empty));

    assertThatThrownBy(() -> ServiceSettings.read(arguments, Map.of()))
        .hasMessageContainingAll(
            "redis-password-file can't be read",
            "etcd-password-file is empty",
            "are for https:// endpoints",
            "are needed together");
  }

  @Test
  void keysOfTokensAreReadWhenItStarts(@TempDir Path folder) throws Exception {
    var keys = Files.writeString(folder.resolve("keys"), Issuer.ofEachKind().keySet());
    var broken = Files.writeString(folder.resolve("broken"), "{\"keys\":[]}");
    var good = new ArrayList<>(NEEDED);
    good.addAll(List.of("--jwt-keys-file=" + keys, "--jwt-algorithms=ES256", "--jwt-leeway-s=5"));
    var bad = new ArrayList<>(NEEDED);
    bad.addAll(List.of("--jwt-keys-file=" + broken, "--jwt-keys-url=http://login.example.test/k"));
    var none = new ArrayList<>(NEEDED);
    none.add("--jwt-algorithms=RS256,none");

    var tokens = ServiceSettings.read(good, Map.of()).fronts().tokens();

    assertThat(tokens.keys()).isEqualTo(new JwksSource.File(keys));
    assertThat(tokens.algorithms()).containsExactly("ES256");
    assertThat(tokens.leeway()).isEqualTo(Duration.ofSeconds(5));
    assertThatThrownBy(() -> ServiceSettings.read(bad, Map.of()))
        .hasMessageContainingAll("no usable key", "must be an https:// URL");
    assertThatThrownBy(() -> ServiceSettings.read(none, Map.of()))
        .hasMessageContaining("unknown algorithm none");
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

    assertThatThrownBy(() -> ServiceSettings.read(arguments, Map.of()))
        .isInstanceOf(ServiceSettings.Invalid.class)
        .hasMessageContainingAll(
            "port must be",
            "redis: not host:port",
            "redis-timeout-ms must be",
            "on-backend-failure must be",
            "etcd is missing",
            "unknown argument --colour=red");
  }
}
