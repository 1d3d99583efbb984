package dev.deployclaw.executors.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ObjectStore.Get;
import dev.deployclaw.core.spi.ObjectStore.Put;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.server.S3Server;
import dev.deployclaw.testkit.server.TestCertificate;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers with certificates of a private authority. */
class S3TlsTest {
  private static final byte[] BYTES = "{}".getBytes(StandardCharsets.UTF_8);

  @TempDir private static Path folder;
  private static TestCertificate authority;
  @AutoClose private static S3Server s3;

  @BeforeAll
  static void start() throws Exception {
    authority = TestCertificate.make(folder.resolve("ca"), "CN=authority");
    var server = authority.sign(folder.resolve("server"), "CN=s3");
    s3 = S3Server.startEncrypted(folder.resolve("s3"), server);
  }

  @Test
  void createsAndReadsByAPrivateAuthority() throws Exception {
    try (var store = store(s3, s3.endpoint(), tls(authority))) {
      assertThat(store.create("a", BYTES)).isInstanceOf(Put.Created.class);
      assertThat(store.create("a", BYTES)).isInstanceOf(Put.AlreadyThere.class);
      assertThat(((Get.Found) store.read("a")).bytes()).isEqualTo(BYTES);
    }
  }

  @Test
  void refusesAServerOfAnotherAuthority() throws Exception {
    var other = TestCertificate.make(folder.resolve("other"), "CN=another authority");

    assertThat(trouble(s3, s3.endpoint(), tls(other))).contains("no authority that we trust");
    assertThat(trouble(s3, s3.endpoint(), TlsSettings.DEFAULT))
        .contains("no authority that we trust");
  }

  @Test
  void refusesACertificateThatRanOut() throws Exception {
    var shown = authority.signExpired(folder.resolve("old"), "CN=old");
    try (var expired = S3Server.startEncrypted(folder.resolve("e"), shown)) {
      assertThat(trouble(expired, expired.endpoint(), tls(authority))).contains("has expired");
    }
  }

  @Test
  void refusesACertificateForAnotherHost() throws Exception {
    var shown = authority.signFor(folder.resolve("there"), "s3.example");
    try (var elsewhere = S3Server.startEncrypted(folder.resolve("n"), shown)) {
      assertThat(trouble(elsewhere, elsewhere.endpoint(), tls(authority)))
          .contains("for another name");
    }
  }

  @Test
  void refusesAServerThatSpeaksNoTls() throws Exception {
    try (var plain = S3Server.start(folder.resolve("plain"))) {
      var endpoint = plain.endpoint().replace("http:", "https:");
      assertThat(trouble(plain, endpoint, tls(authority))).contains("it speaks no TLS");
    }
  }

  /** By the same client, whose connections are kept: the server ends them when it ends. */
  @Test
  void aRenewedAuthorityIsTrustedAtTheNextConnection() throws Exception {
    var mine = TestCertificate.make(folder.resolve("mine"), "CN=authority before");
    var successor = TestCertificate.make(folder.resolve("successor"), "CN=authority after");
    try (var server =
            S3Server.startEncrypted(
                folder.resolve("r"), successor.sign(folder.resolve("renewed"), "CN=s3"));
        var store = store(server, server.endpoint(), tls(mine))) {
      assertThat(store.read("a")).isInstanceOf(Get.Failed.class);

      mine.renew(successor);

      assertThat(store.read("a")).isInstanceOf(Get.Absent.class);
    }
  }

  private static TlsSettings tls(TestCertificate trusted) {
    return new TlsSettings(Optional.of(trusted.certificate()), Optional.empty(), Optional.empty());
  }

  private static String trouble(S3Server server, String endpoint, TlsSettings tls)
      throws InterruptedException {
    try (var store = store(server, endpoint, tls)) {
      return store.read("a") instanceof Get.Failed(CallFault.Unavailable(String reason))
          ? reason
          : "";
    }
  }

  private static S3ObjectStore store(S3Server server, String endpoint, TlsSettings tls) {
    return new S3ObjectStore(
        new S3Settings(
            URI.create(endpoint),
            "us-east-1",
            server.bucket(),
            server.accessKey(),
            server.secretKey(),
            true,
            Duration.ofSeconds(30),
            tls));
  }
}
