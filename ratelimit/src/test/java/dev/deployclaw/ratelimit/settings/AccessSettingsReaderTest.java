package dev.deployclaw.ratelimit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.redis.RedisClusterSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of who may ask, and of how Redis is asked. */
class AccessSettingsReaderTest {
  private static final String TOKEN = "0123456789abcdef-token";
  @TempDir private Path folder;

  @Test
  void isOpenOnLoopbackWhereNothingIsSaid() throws Exception {
    assertThat(read().fronts().access()).isEqualTo(AccessSettings.OPEN);
    assertThat(read().redis().tls()).isEmpty();
  }

  @Test
  void namesSocketsTheirModeAndTheirGroup() throws Exception {
    var access =
        read(
                "--socket=/run/dc/decide.sock",
                "--grpc-socket=/run/dc/envoy.sock",
                "--socket-mode=620",
                "--socket-group=nginx")
            .fronts()
            .access();

    var socket = access.decisions().orElseThrow();
    assertThat(socket.path()).isEqualTo(Path.of("/run/dc/decide.sock"));
    assertThat(PosixFilePermissions.toString(socket.mode())).isEqualTo("rw--w----");
    assertThat(socket.group()).contains("nginx");
    assertThat(access.envoy()).isPresent();
  }

  @Test
  void theAgentsListenerHasATokenAndCertificates() throws Exception {
    var token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
    var pem = Files.writeString(folder.resolve("pem"), "-");

    var status =
        read(
                "--status-host=10.0.0.1",
                "--status-port=8090",
                "--status-token-file=" + token,
                "--status-cert-file=" + pem,
                "--status-key-file=" + pem,
                "--status-client-ca-file=" + pem)
            .fronts()
            .access()
            .status();

    var listener = status.listener().orElseThrow();
    assertThat(listener.host()).isEqualTo("10.0.0.1");
    assertThat(listener.port()).isEqualTo(8090);
    assertThat(listener.asksForCertificates()).isTrue();
    assertThat(status.admits("Bearer " + TOKEN)).isTrue();
    assertThat(status.admits("Bearer " + TOKEN + "x")).isFalse();
    assertThat(status.admits("")).isFalse();
    assertThat(status.toString()).doesNotContain(TOKEN);
  }

  @Test
  void asksRedisOverTls() throws Exception {
    var pem = Files.writeString(folder.resolve("pem"), "-");

    var tls =
        read(
                "--redis-tls=on",
                "--redis-ca-file=" + pem,
                "--redis-cert-file=" + pem,
                "--redis-key-file=" + pem)
            .redis()
            .tls();

    assertThat(tls)
        .contains(
            new RedisClusterSettings.Tls(
                Optional.of(pem), Optional.of(new RedisClusterSettings.Identity(pem, pem))));
  }

  @Test
  void saysWhatDoesntGoTogether() throws Exception {
    var pem = Files.writeString(folder.resolve("pem"), "-");
    var weak = Files.writeString(folder.resolve("weak"), "short");

    refuses("must be an absolute path", "--socket=decide.sock");
    refuses("is longer than", "--socket=/" + "a".repeat(100));
    refuses("socket-mode must be three digits", "--socket=/a", "--socket-mode=rw");
    refuses("are the same file", "--socket=/a", "--grpc-socket=/a");
    refuses("give status-port", "--status-cert-file=" + pem, "--status-key-file=" + pem);
    refuses("are needed together", "--status-port=1", "--status-cert-file=" + pem);
    refuses("needs status-cert-file", "--status-port=1", "--status-client-ca-file=" + pem);
    refuses("holds no token", "--status-token-file=" + weak);
    refuses("status-token can't be an argument", "--status-token=" + TOKEN);
    refuses("most-connections must be", "--most-connections=1");
    refuses("redis-tls must be on or off", "--redis-tls=yes");
    refuses("write redis-tls=on", "--redis-ca-file=" + pem);
    refuses("are needed together", "--redis-tls=on", "--redis-cert-file=" + pem);
    refuses("jwt-longest-life-s must be", "--jwt-longest-life-s=1");
  }

  @Test
  void waitsForRedisNoLongerThanItsGatewaysWaitForIt() throws Exception {
    assertThat(read("--redis-timeout-ms=1200").redis().timeout())
        .isEqualTo(Duration.ofMillis(1_200));
    assertThat(read("--redis-timeout-ms=300", "--grpc-port=0").redis().timeout())
        .isEqualTo(Duration.ofMillis(300));
    refuses("NGINX waits 2000 ms for a decision", "--redis-timeout-ms=1201");
    refuses("Envoy waits 500 ms for a decision", "--redis-timeout-ms=301", "--grpc-port=0");
    refuses("Envoy waits 500 ms", "--redis-timeout-ms=301", "--grpc-socket=/run/e.sock");
  }

  private static void refuses(String problem, String... more) {
    assertThatThrownBy(() -> read(more))
        .isInstanceOf(ServiceSettings.Invalid.class)
        .hasMessageContaining(problem)
        .hasMessageNotContaining(TOKEN);
  }

  private static ServiceSettings read(String... more) throws ServiceSettings.Invalid {
    var arguments =
        new ArrayList<>(List.of("--etcd=http://127.0.0.1:2379", "--redis=127.0.0.1:7001"));
    arguments.addAll(List.of(more));
    return ServiceSettings.read(arguments, Map.of());
  }
}
