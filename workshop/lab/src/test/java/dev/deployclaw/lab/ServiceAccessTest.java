package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.ratelimit.RateLimitExecutor;
import dev.deployclaw.executors.ratelimit.RateLimitSettings;
import dev.deployclaw.lab.estate.RateLimitServiceProcesses;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.server.TestCertificate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent at a service that wants a token and a certificate, and shows one itself. */
class ServiceAccessTest {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final String TOKEN = "a-token-of-some-length";
  @TempDir private static Path folder;
  private static TestCertificate server;
  private static TestCertificate agent;
  private static DaemonProcess service;
  private static URI url;

  @BeforeAll
  static void start() throws Exception {
    server = TestCertificate.make(folder.resolve("server"), "CN=service");
    agent = TestCertificate.make(folder.resolve("agent"), "CN=agent");
    int port = FreePortFinder.free();
    url = URI.create("https://127.0.0.1:" + port);
    var token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
    var words =
        List.of(
            "--socket=" + folder.resolve("s"),
            "--status-port=" + port,
            "--status-token-file=" + token,
            "--status-cert-file=" + server.certificate(),
            "--status-key-file=" + server.key(),
            "--status-client-ca-file=" + agent.certificate(),
            "--etcd=http://127.0.0.1:" + FreePortFinder.free(),
            "--redis=127.0.0.1:" + FreePortFinder.free());
    service =
        DaemonProcess.start(
            new LaunchSpec(folder, "s", RateLimitServiceProcesses.PROGRAM.command(words)));
    BoundedWait.until(
        "it tells", LONG, () -> ask(TOKEN, whole()).answer() == MemberReport.Answer.YES);
  }

  @AfterAll
  static void stop() {
    service.kill();
  }

  @Test
  void readsStatusAndUsage() {
    assertThat(ask(TOKEN, whole()).answer()).isEqualTo(MemberReport.Answer.YES);
    assertThat(ask("usage", TOKEN, whole()).answer()).isEqualTo(MemberReport.Answer.YES);
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    assertThat(ask("", whole()).reason()).contains("rateLimitServices[].tokenFile");
    assertThat(ask("another", whole()).reason())
        .contains("rateLimitServices[].tokenFile")
        .doesNotContain("another");
    assertThat(ask(TOKEN, trusting(server)).reason()).contains("tls.certificate");
    assertThat(ask(TOKEN, TlsSettings.DEFAULT).reason()).contains("tls.ca");
  }

  @Test
  void doesntBelieveAnotherHost() throws Exception {
    var named =
        new TlsSettings(
            Optional.of(server.certificate()), Optional.empty(), Optional.of("elsewhere.test"));

    assertThat(ask(TOKEN, named).answer()).isEqualTo(MemberReport.Answer.UNKNOWN);
    assertThat(ask(TOKEN, named).reason()).contains("elsewhere.test");
  }

  private static TlsSettings whole() {
    var identity = new TlsSettings.Identity(agent.certificate(), agent.key());
    return new TlsSettings(
        Optional.of(server.certificate()), Optional.of(identity), Optional.empty());
  }

  private static TlsSettings trusting(TestCertificate authority) {
    return new TlsSettings(
        Optional.of(authority.certificate()), Optional.empty(), Optional.empty());
  }

  private static MemberReport ask(String token, TlsSettings tls) {
    return ask("topology", token, tls);
  }

  private static MemberReport ask(String verb, String token, TlsSettings tls) {
    var access = new RateLimitSettings.Access(token, tls);
    var settings =
        RateLimitSettings.of(List.of(new RateLimitSettings.Service("edge", url, access)));
    var look = new ExecutorCall.Look(verb, Map.of());
    try {
      var outcome =
          new RateLimitExecutor(settings, Map::of)
              .execute(
                  new Invocation("ratelimit", look, FencingToken.NONE, Duration.ofSeconds(30)));
      return ((CallOutcome.Done) outcome).reports().getFirst();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
