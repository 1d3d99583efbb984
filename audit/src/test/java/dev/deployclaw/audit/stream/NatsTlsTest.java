package dev.deployclaw.audit.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.TestCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers that speak TLS alone, with certificates made here. */
class NatsTlsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** Of an answer that a server may never give. */
  private static final Duration SHORT = Duration.ofSeconds(3);

  @TempDir private static Path folder;
  private static TestCertificate authority;
  private static TestCertificate other;
  private static TestCertificate client;
  @AutoClose private static NatsServer nats;

  @BeforeAll
  static void start() throws Exception {
    authority = TestCertificate.make(folder.resolve("ca"), "CN=authority");
    other = TestCertificate.make(folder.resolve("other"), "CN=another authority");
    client = authority.sign(folder.resolve("client"), "CN=agent");
    nats = server("nats", authority.sign(folder.resolve("server"), "CN=localhost"));
  }

  @Test
  void shipsToAServerThatWantsACertificate() throws Exception {
    var chain = Runs.ofLength(Runs.ID, 3);
    try (var journal = FileJournal.open(folder.resolve("state"), settings(nats, trusting()))) {
      chain.forEach(sealed -> journal.append(Runs.ID, sealed));

      assertThat(journal.flush(LONG).pending()).isZero();
    }
  }

  @Test
  void refusesAServerOfAnotherAuthority() throws Exception {
    assertThat(trouble(nats, tls(other, client))).contains("no authority that we trust", "tls.ca");
  }

  @Test
  void refusesACertificateThatRanOut() throws Exception {
    try (var expired = server("e", authority.signExpired(folder.resolve("expired"), "CN=old"))) {
      assertThat(trouble(expired, trusting())).contains("has expired", "renew it there");
    }
  }

  @Test
  void refusesACertificateForAnotherHostUnlessThatIsTheNameToExpect() throws Exception {
    var there = authority.signFor(folder.resolve("elsewhere"), "nats.example");
    try (var elsewhere = server("n", there)) {
      assertThat(trouble(elsewhere, trusting())).contains("for another name", "tls.serverName");

      var named =
          new TlsSettings(
              trusting().authorities(), trusting().identity(), Optional.of("nats.example"));
      assertThat(StreamHealth.of(settings(elsewhere, named)))
          .isNotInstanceOf(StreamHealth.Trouble.class);
    }
  }

  @Test
  void refusesAServerThatSpeaksNoTls() throws Exception {
    try (var plain = NatsServer.start(folder.resolve("plain"))) {
      assertThat(trouble(plain, trusting())).contains("it speaks no TLS");
    }
  }

  @Test
  void saysThatACertificateOfOursIsWanted() throws Exception {
    var without =
        new TlsSettings(Optional.of(authority.certificate()), Optional.empty(), Optional.empty());

    assertThat(trouble(settings(nats, without, SHORT))).contains("tls.certificate and tls.key");
  }

  @Test
  void saysThatTlsIsWanted() throws Exception {
    assertThat(trouble(new NatsSettings(nats.url(), Optional.empty(), LONG)))
        .contains("write tls://");
  }

  @Test
  void aRenewedCertificateIsShownAtTheNextConnection() throws Exception {
    var mine = other.sign(folder.resolve("mine"), "CN=agent");
    var settings = settings(nats, tls(authority, mine));
    assertThat(trouble(settings(nats, tls(authority, mine), SHORT))).isNotEmpty();

    mine.renew(authority.sign(folder.resolve("renewed"), "CN=agent"));

    assertThat(StreamHealth.of(settings)).isNotInstanceOf(StreamHealth.Trouble.class);
  }

  private static NatsServer server(String name, TestCertificate shown) {
    return NatsServer.start(
        folder.resolve(name),
        """
        tls { cert_file: "%s", key_file: "%s", ca_file: "%s", verify: true, timeout: 30 }
        """
            .formatted(shown.certificate(), shown.key(), authority.certificate()));
  }

  private static TlsSettings trusting() {
    return tls(authority, client);
  }

  private static TlsSettings tls(TestCertificate signer, TestCertificate mine) {
    var identity = new TlsSettings.Identity(mine.certificate(), mine.key());
    return new TlsSettings(
        Optional.of(signer.certificate()), Optional.of(identity), Optional.empty());
  }

  private static NatsSettings settings(NatsServer server, TlsSettings tls) {
    return settings(server, tls, LONG);
  }

  private static NatsSettings settings(NatsServer server, TlsSettings tls, Duration timeout) {
    return new NatsSettings(
        server.url().replace("nats://", "tls://"),
        Optional.empty(),
        timeout,
        NatsSettings.DEFAULT_MOST_WAITING,
        Optional.empty(),
        tls);
  }

  private static String trouble(NatsServer server, TlsSettings tls) throws InterruptedException {
    return trouble(settings(server, tls));
  }

  private static String trouble(NatsSettings settings) throws InterruptedException {
    return StreamHealth.of(settings) instanceof StreamHealth.Trouble(String reason) ? reason : "";
  }
}
