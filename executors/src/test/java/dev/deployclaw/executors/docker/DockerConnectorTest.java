package dev.deployclaw.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.testkit.docker.DockerdProcess;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.SystemTool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to a daemon: which lead there, and what is said of those that don't. */
class DockerConnectorTest {
  private static final Duration ANSWER = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void reachesADaemonOverTlsOnlyWithItsCertificates() {
    Daemons.skip(DockerdProcess.missing(), DockerConnectorTest.class);
    var authority = new Certificates(folder.resolve("authority"));
    var server = authority.issue("server", KeyPurposeId.id_kp_serverAuth);
    var client = authority.issue("client", KeyPurposeId.id_kp_clientAuth);
    var stranger =
        new Certificates(folder.resolve("stranger")).issue("client", KeyPurposeId.id_kp_clientAuth);
    int port = FreePortFinder.free();
    String host = "tcp://127.0.0.1:" + port;
    var tls = new DockerdProcess.Tls(server.ca(), server.cert(), server.key());
    try (var daemon = DockerdProcess.start(folder.resolve("docker"), port, tls)) {
      assertThat(look(host, Optional.of(client))).isInstanceOf(CallOutcome.Done.class);
      assertThat(look(daemon.host(), Optional.empty())).isInstanceOf(CallOutcome.Done.class);

      assertThat(fault(host, Optional.of(unknown(stranger, client))).reason())
          .contains("check docker.tls");
      assertThat(fault(host, Optional.of(stranger)).reason()).contains("check docker.tls");
      assertThat(fault(host, Optional.empty()).reason()).contains("the daemon requires TLS");
    }
  }

  @Test
  void trustsNoDaemonWhoseCertificateNamesAnotherHost() throws Exception {
    var authority = new Certificates(folder.resolve("authority"));
    var elsewhere = authority.issue("server", KeyPurposeId.id_kp_serverAuth, "10.99.99.99");
    var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(DockerConnector.context(elsewhere)));
    server.start();
    try {
      var client = authority.issue("client", KeyPurposeId.id_kp_clientAuth);
      String host = "tcp://127.0.0.1:" + server.getAddress().getPort();

      var fault = fault(host, Optional.of(client));

      assertThat(fault).isInstanceOf(CallFault.Denied.class);
      assertThat(fault.reason()).contains("that the daemon's certificate names this host");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void namesACertificateThatCannotBeRead() {
    var missing = folder.resolve("missing.pem");
    var tls = new DockerSettings.Tls(missing, missing, missing);

    assertThat(fault("tcp://127.0.0.1:1", Optional.of(tls)))
        .isInstanceOf(CallFault.Invalid.class)
        .extracting(CallFault::reason)
        .asString()
        .contains(missing.toString());
  }

  @Test
  void namesACertificateThatIsNone() throws Exception {
    var text = Files.writeString(folder.resolve("text.pem"), "by hand");
    var tls = new DockerSettings.Tls(text, text, text);

    var fault = fault("tcp://127.0.0.1:1", Optional.of(tls));
    assertThat(fault).isInstanceOf(CallFault.Invalid.class);
    assertThat(fault.reason()).contains(text + " holds no private key");
  }

  @Test
  void saysThatNoDaemonIsThere() {
    assertThat(fault("tcp://127.0.0.1:" + FreePortFinder.free(), Optional.empty()))
        .isInstanceOf(CallFault.Unavailable.class);
    assertThat(fault("unix://" + folder.resolve("nobody.sock"), Optional.empty()))
        .isInstanceOf(CallFault.Unavailable.class)
        .extracting(CallFault::reason)
        .asString()
        .contains("start it, or correct docker.host");
  }

  @Test
  void saysThatSomethingElseAnswers() {
    try (var web = FakeHttpServer.answering(404)) {
      assertThat(fault("tcp://" + web.address(), Optional.empty()))
          .isInstanceOf(CallFault.Invalid.class);
    }
  }

  /** Root may open any socket, so another process looks, which gave up that right. */
  @Test
  void saysThatThisUserMayNotOpenTheSocket() throws Exception {
    Path socket = folder.resolve("closed.sock");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("---------"));

      String said = looker("unix://" + socket);

      assertThat(said).startsWith("Denied").contains("may not open the socket of unix://" + socket);
      assertThat(said).contains("run the agent in the socket's group");
    }
  }

  /** Looks, and prints what came of it. */
  static final class Looker {
    private Looker() {}

    public static void main(String[] args) {
      System.out.println(fault(args[0], Optional.empty()));
      System.exit(0);
    }
  }

  private String looker(String host) throws Exception {
    var command = new ArrayList<String>();
    if (SystemTool.isRoot()) {
      command.addAll(
          List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"));
    }
    command.addAll(JavaProgram.words(List.of(), Looker.class, host));
    var run = CommandRunner.of(command).within(Duration.ofMinutes(2)).run();
    return run.out().lines().reduce((_, last) -> last).orElse("");
  }

  /** Trusts the daemon, but isn't known to it. */
  private static DockerSettings.Tls unknown(DockerSettings.Tls own, DockerSettings.Tls trusting) {
    return new DockerSettings.Tls(trusting.ca(), own.cert(), own.key());
  }

  private static CallOutcome look(String host, Optional<DockerSettings.Tls> tls) {
    var settings = new DockerSettings(URI.create(host), tls, ANSWER);
    return DockerInspectionExecutorTest.inspect(Optional.of(settings));
  }

  private static CallFault fault(String host, Optional<DockerSettings.Tls> tls) {
    var outcome = look(host, tls);
    assertThat(outcome).isInstanceOf(CallOutcome.Failed.class);
    return ((CallOutcome.Failed) outcome).fault();
  }
}
