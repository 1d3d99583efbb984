package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.wire.ServerLogin;
import dev.deployclaw.testkit.server.EtcdAuthSetup;
import dev.deployclaw.testkit.server.EtcdAuthSetup.Right;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An etcd that speaks TLS alone and lets nobody in without a user. */
class EtcdUsersTest {
  private static final String PREFIX = "/deployclaw/default/";
  private static final String PASSWORD = "a long word";
  private static final Optional<ServerLogin> AGENT =
      Optional.of(new ServerLogin("agent", PASSWORD));
  @TempDir private static Path folder;
  @AutoClose private static EtcdServer etcd;
  private static TlsSettings tls;

  @BeforeAll
  static void start() throws Exception {
    var server = TestCertificate.make(folder.resolve("server"), "CN=localhost");
    etcd = EtcdServer.startEncrypted(folder.resolve("etcd"), server);
    tls = new TlsSettings(Optional.of(server.certificate()), Optional.empty(), Optional.empty());
    try (var http = server.clientWithoutCertificate()) {
      new EtcdAuthSetup(etcd, http)
          .add("agent", PASSWORD, Right.READWRITE, PREFIX)
          .add("reader", "r", Right.READ, PREFIX)
          .enable("root");
    }
  }

  @Test
  void theAgentsUserReadsWritesAndLeadsBelowItsPrefix() throws Exception {
    try (var store = store(PREFIX, AGENT)) {
      var written = store.transact(put("active"));

      assertThat(written).isInstanceOf(Result.Applied.class);
      assertThat(store.get("active")).isPresent();
      assertThat(store.list("act")).hasSize(1);
      try (var leadership = store.stand("a", Duration.ofSeconds(10)).orElseThrow()) {
        assertThat(leadership.term()).isPositive();
      }
    }
  }

  @Test
  void aTokenThatRanOutIsRenewed() throws Exception {
    try (var store = store(PREFIX, AGENT)) {
      store.get("active");
      etcd.restart();

      assertThat(store.get("nothing")).isEmpty();
      assertThat(store.transact(put("again"))).isInstanceOf(Result.Applied.class);
    }
  }

  @Test
  void saysWhatToDoAboutUsers() throws Exception {
    var wrong = Optional.of(new ServerLogin("agent", "no"));
    var reader = Optional.of(new ServerLogin("reader", "r"));
    try (var without = store(PREFIX, Optional.empty());
        var other = store(PREFIX, wrong);
        var elsewhere = store("/other/", AGENT);
        var reading = store(PREFIX, reader)) {
      assertThatThrownBy(() -> without.get("active"))
          .isInstanceOf(Unreachable.class)
          .hasMessageContaining("it requires a user, so set username and passwordFile");
      assertThatThrownBy(() -> other.get("active"))
          .isInstanceOf(Unreachable.class)
          .hasMessageContaining("check username and passwordFile")
          .hasMessageNotContaining(PASSWORD);
      assertThatThrownBy(() -> elsewhere.get("active"))
          .hasMessageContaining("grant-permission ROLE readwrite");
      assertThat(reading.get("nothing")).isEmpty();
      assertThatThrownBy(() -> reading.transact(put("active")))
          .isInstanceOf(Unreachable.class)
          .hasMessageContaining("grant-permission ROLE readwrite");
    }
  }

  @Test
  void saysWhatToDoAboutTls() throws Exception {
    String plain = etcd.endpoint().replace("https", "http");
    try (var untrusting = new EtcdStateStore(settings(etcd.endpoint(), TlsSettings.DEFAULT));
        var unencrypted = new EtcdStateStore(settings(plain, TlsSettings.DEFAULT))) {
      assertThatThrownBy(() -> untrusting.get("active")).hasMessageContaining("set tls.ca");
      assertThatThrownBy(() -> unencrypted.get("active")).hasMessageContaining("https://");
    }
  }

  /** A server that speaks TLS may also reset what it doesn't understand. */
  @Test
  void saysSoWhereItIsReset() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var _ = Thread.ofVirtual().start(() -> resetAll(server));
      var settings = settings("http://127.0.0.1:" + server.getLocalPort(), TlsSettings.DEFAULT);
      try (var reset = new EtcdStateStore(settings)) {
        assertThatThrownBy(() -> reset.get("active")).hasMessageContaining("https://");
      }
    }
  }

  private static void resetAll(ServerSocket server) {
    while (!server.isClosed()) {
      try (var socket = server.accept()) {
        int _ = socket.getInputStream().read();
        socket.setSoLinger(true, 0);
      } catch (IOException e) {
        // closed by the test, or by the client
      }
    }
  }

  private static EtcdStateStore store(String prefix, Optional<ServerLogin> login) {
    return new EtcdStateStore(
        new EtcdSettings(List.of(etcd.endpoint()), prefix, Duration.ofSeconds(10), login, tls));
  }

  private static EtcdSettings settings(String endpoint, TlsSettings trust) {
    return new EtcdSettings(List.of(endpoint), PREFIX, Duration.ofSeconds(10), AGENT, trust);
  }

  private static Transaction put(String key) {
    return new Transaction(
        List.<Condition>of(), List.of(new Write.Put(key, "x".getBytes(StandardCharsets.UTF_8))));
  }
}
