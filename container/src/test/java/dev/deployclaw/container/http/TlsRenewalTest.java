package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.TestCertificate;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are renewed or revoked while the agent serves. */
class TlsRenewalTest {
  private static final int BROKEN = 0;

  @TempDir static Path folder;

  private static TestCertificate server;
  private static TestCertificate newer;
  private static TestCertificate console;
  private static TestCertificate other;
  private static Path revokingNobody;
  private static Path revokingNobodyOfOther;
  private static Path revoking;
  private static Path revokingOther;

  @TempDir Path state;

  @AutoClose private Served served;

  @BeforeAll
  static void make() throws Exception {
    server = TestCertificate.make(folder.resolve("server"), "CN=localhost");
    newer = TestCertificate.make(folder.resolve("newer"), "CN=localhost");
    console = TestCertificate.make(folder.resolve("console"), "CN=console,O=Example");
    other = TestCertificate.make(folder.resolve("other"), "CN=console,O=Example");
    revokingNobody = console.revoking(folder.resolve("console"), "4711");
    revokingNobodyOfOther = other.revoking(folder.resolve("other"), "4711");
    revoking = console.revoked(folder.resolve("console"));
    revokingOther = other.revoked(folder.resolve("other"));
  }

  @BeforeEach
  void start() throws Exception {
    copy(server.certificate(), "tls.crt");
    copy(server.key(), "tls.key");
    copy(console.certificate(), "ca.crt");
    copy(revokingNobody, "now.crl");
    var client =
        new ServerConfig.Client("CN=console, O=Example", "console", Set.of(ApiRole.VIEWER));
    var tls =
        new ServerConfig.Tls(
            state.resolve("tls.crt"),
            state.resolve("tls.key"),
            Optional.of(state.resolve("ca.crt")),
            Optional.of(state.resolve("now.crl")),
            List.of(client));
    served = Served.start(state, tls, server.clientWithoutCertificate());
  }

  @Test
  void servesARenewedCertificate() throws Exception {
    try (var old = server.clientWithoutCertificate();
        var young = newer.clientWithoutCertificate()) {
      assertThat(status(old)).isEqualTo(401);
      assertThat(status(young)).isEqualTo(BROKEN);

      copy(newer.certificate(), "tls.crt"); // whatever comes between finds the old pair in use
      copy(newer.key(), "tls.key");

      BoundedWait.until("it is renewed", ServerFixture.SOON, () -> status(young) == 401);
    }
  }

  @Test
  void refusesARevokedCertificateOnAConnectionThatIsOpen() throws Exception {
    try (var client = console.client(server)) {
      assertThat(status(client)).isEqualTo(200);

      copy(revoking, "now.crl");

      BoundedWait.until("it is refused", ServerFixture.SOON, () -> status(client) == 401);
    }
    try (var again = console.client(server)) {
      assertThat(answer(again)).contains("the certificate was revoked");
    }
  }

  @Test
  void knowsClientsByARenewedAuthority() throws Exception {
    try (var old = console.client(server);
        var young = other.client(server)) {
      assertThat(status(old)).isEqualTo(200);
      assertThat(status(young)).isNotEqualTo(200);

      copy(revokingNobodyOfOther, "now.crl");
      copy(other.certificate(), "ca.crt");

      BoundedWait.until("the new one is known", ServerFixture.SOON, () -> status(young) == 200);
      assertThat(status(old)).as("on a connection that is open").isNotEqualTo(200);
    }
  }

  /** A renewal of the agent's own certificate that is stuck half-way revokes all the same. */
  @Test
  void revokesWhileItsOwnCertificateCannotBeRenewed() throws Exception {
    try (var client = console.client(server)) {
      assertThat(status(client)).isEqualTo(200);

      copy(newer.certificate(), "tls.crt"); // its key never comes
      copy(revoking, "now.crl");

      BoundedWait.until("it is refused", ServerFixture.SOON, () -> status(client) == 401);
    }
  }

  /** Of another authority, so that it revokes nothing and can't be used. */
  @Test
  void keepsWhatItHasWhereAFileCannotBeUsed() throws Exception {
    try (var client = console.client(server);
        var revoked = console.client(server)) {
      copy(revokingOther, "now.crl");
      assertThat(status(client)).isEqualTo(200);

      copy(revoking, "now.crl");

      BoundedWait.until("the next one counts", ServerFixture.SOON, () -> status(revoked) == 401);
    }
  }

  private void copy(Path from, String to) throws Exception {
    var next = Files.copy(from, state.resolve(to + ".new"), StandardCopyOption.REPLACE_EXISTING);
    Files.move(next, state.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  private int status(HttpClient client) {
    try {
      return Served.send(client, request()).statusCode();
    } catch (UncheckedIOException e) {
      return BROKEN;
    }
  }

  private String answer(HttpClient client) {
    return Served.send(client, request()).body();
  }

  private HttpRequest.Builder request() {
    var address = served.api.address().replace("127.0.0.1", "localhost");
    return HttpRequest.newBuilder(URI.create(address + "/v1/executions")).GET();
  }
}
