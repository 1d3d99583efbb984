package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.TestCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers that want a client's certificate, each with a flaw of its own. */
class EtcdTlsTest {
  @TempDir private static Path folder;
  private static TestCertificate authority;
  private static TestCertificate other;
  private static TestCertificate client;
  @AutoClose private static EtcdServer etcd;

  @BeforeAll
  static void start() throws Exception {
    authority = TestCertificate.make(folder.resolve("ca"), "CN=authority");
    other = TestCertificate.make(folder.resolve("other"), "CN=another authority");
    client = authority.sign(folder.resolve("client"), "CN=agent");
    etcd = server("etcd", authority.sign(folder.resolve("server"), "CN=etcd"));
  }

  @Test
  void readsFromAServerThatWantsACertificate() throws Exception {
    try (var store = store(etcd.endpoint(), trusting())) {
      assertThat(store.get("active")).isEmpty();
    }
  }

  @Test
  void refusesAServerOfAnotherAuthority() {
    assertTrouble(etcd.endpoint(), tls(other, client))
        .hasMessageContaining("no authority that we trust");
  }

  @Test
  void refusesACertificateThatRanOut() throws Exception {
    try (var expired = server("e", authority.signExpired(folder.resolve("old"), "CN=old"))) {
      assertTrouble(expired.endpoint(), trusting()).hasMessageContaining("has expired");
    }
  }

  @Test
  void refusesACertificateForAnotherHostUnlessThatIsTheNameToExpect() throws Exception {
    var shown = authority.signFor(folder.resolve("there"), "etcd.example");
    try (var elsewhere = server("n", shown)) {
      assertTrouble(elsewhere.endpoint(), trusting())
          .hasMessageContaining("for another name")
          .hasMessageContaining("tls.serverName");
      var tls = trusting();
      var named = new TlsSettings(tls.authorities(), tls.identity(), Optional.of("etcd.example"));
      try (var store = store(elsewhere.endpoint(), named)) {
        assertThat(store.get("active")).isEmpty();
      }
    }
  }

  @Test
  void refusesAServerThatSpeaksNoTls() {
    try (var plain = EtcdServer.start(folder.resolve("plain"))) {
      assertTrouble(plain.endpoint().replace("http:", "https:"), trusting())
          .hasMessageContaining("it speaks no TLS");
    }
  }

  @Test
  void saysThatACertificateOfOursIsWanted() {
    var without =
        new TlsSettings(Optional.of(authority.certificate()), Optional.empty(), Optional.empty());

    assertTrouble(etcd.endpoint(), without).hasMessageContaining("tls.certificate and tls.key");
  }

  /** The same client, which connects again. */
  @Test
  void aRenewedCertificateIsShownAtTheNextConnection() throws Exception {
    var mine = authority.sign(folder.resolve("mine"), "CN=agent");
    try (var store = store(etcd.endpoint(), tls(authority, mine))) {
      assertThat(store.get("active")).isEmpty();

      mine.renew(other.sign(folder.resolve("renewed"), "CN=agent"));
      etcd.restart();

      assertThatThrownBy(() -> store.get("active")).isInstanceOf(Unreachable.class);
    }
  }

  private static EtcdServer server(String name, TestCertificate shown) {
    var clients = List.of("--client-cert-auth", "--trusted-ca-file=" + authority.certificate());
    return EtcdServer.startEncrypted(folder.resolve(name), shown, clients);
  }

  private static TlsSettings trusting() {
    return tls(authority, client);
  }

  private static TlsSettings tls(TestCertificate signer, TestCertificate mine) {
    var identity = new TlsSettings.Identity(mine.certificate(), mine.key());
    return new TlsSettings(
        Optional.of(signer.certificate()), Optional.of(identity), Optional.empty());
  }

  private static EtcdStateStore store(String endpoint, TlsSettings tls) {
    return new EtcdStateStore(
        new EtcdSettings(
            List.of(endpoint),
            "/deployclaw/default/",
            Duration.ofSeconds(10),
            Optional.empty(),
            tls));
  }

  private static AbstractThrowableAssert<?, ?> assertTrouble(String endpoint, TlsSettings tls) {
    try (var store = store(endpoint, tls)) {
      return assertThatThrownBy(() -> store.get("active")).isInstanceOf(Unreachable.class);
    }
  }
}
