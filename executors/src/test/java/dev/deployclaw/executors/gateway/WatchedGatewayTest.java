package dev.deployclaw.executors.gateway;

import static dev.deployclaw.executors.gateway.GatewayEstate.activation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.LaunchSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway as the compose file has it: a real NGINX under a user and process numbers of its own,
 * started by {@code gateway.sh}, which the agent neither sees nor signals.
 */
class WatchedGatewayTest {
  private static final Duration AT_MOST = Duration.ofMinutes(1);
  private static final Path SCRIPT = Path.of("../container/compose/gateway.sh");
  private static final int USER = 10003;
  private static final List<String> AS_GATEWAY =
      List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--no-new-privs");

  @TempDir Path root;

  private final String listen = "127.0.0.1:" + FreePortFinder.free();
  private final List<DaemonProcess> running = new ArrayList<>();
  private final FakeHttpServer backend = FakeHttpServer.answering(204);
  private Path folder;
  private Path reports;
  private FileGateway gateway;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
        "only root may start a process as another user");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    folder = Files.createDirectories(root.resolve("gateway"));
    reports = gatewaysOwn("reports");
    var run = gatewaysOwn("run");
    Files.createDirectories(folder.resolve("epochs/0"));
    Files.writeString(folder.resolve("epochs/0/nginx.conf"), byHand(run));
    Files.createSymbolicLink(folder.resolve("live"), Path.of("epochs/0"));
    gateway =
        new FileGateway(
            "gw-0",
            "edge",
            folder,
            checker(run),
            run.resolve("nginx.pid"),
            URI.create("http://" + listen),
            site(run),
            Optional.of(reports));
  }

  @AfterEach
  void stop() {
    running.forEach(DaemonProcess::kill);
    backend.close();
  }

  @Test
  void bringsEpochsToAGatewayThatItNeitherSeesNorSignals() throws Exception {
    startWatcher();
    var first = activation(GatewayEstate.set(List.of(gateway)), 1);
    var second = activation(GatewayEstate.set(List.of(gateway)), 2);

    for (EpochSpec activation : List.of(first, second)) {
      assertThat(ask(new ExecutorCall.Stage(activation)).answer()).isEqualTo(Answer.YES);
      assertThat(ask(new ExecutorCall.Prepare(activation)).answer()).isEqualTo(Answer.YES);
      assertThat(ask(new ExecutorCall.Publish(activation)).answer()).isEqualTo(Answer.YES);
      converged(activation);
    }

    var said =
        new OneShotHttpClient(gateway.url(), AT_MOST, Optional.empty())
            .get("/.well-known/deployclaw");
    assertThat(said.body()).contains("\"gateway\":\"gw-0\"");
  }

  @Test
  void noReloadIsNoConvergence() throws Exception {
    var watcher = startWatcher();
    var first = activation(GatewayEstate.set(List.of(gateway)), 1);
    ask(new ExecutorCall.Stage(first));
    signal(watcher, "STOP");

    assertThat(ask(new ExecutorCall.Publish(first)).answer()).isEqualTo(Answer.YES);
    assertThat(ask(new ExecutorCall.Converge(first)).answer()).isEqualTo(Answer.NO);

    signal(watcher, "CONT");
    converged(first);
  }

  @Test
  void theGatewayCanNotWriteWhatTheAgentStaged() throws Exception {
    var first = activation(GatewayEstate.set(List.of(gateway)), 1);
    startWatcher();
    ask(new ExecutorCall.Stage(first));

    for (String file : List.of("epochs/1/nginx.conf", "reload", "fence", "epochs/1/other", "x")) {
      var words = new ArrayList<>(AS_GATEWAY);
      words.addAll(List.of("sh", "-c", "echo x >\"$1\"", "sh", folder.resolve(file).toString()));
      assertThat(ProcessRunner.run(words, Path.of("/"), AT_MOST).succeeded()).as(file).isFalse();
    }
  }

  @Test
  void aGatewayThatEndedOrReportsNothingIsUnknown() throws Exception {
    var watcher = startWatcher();
    var first = activation(GatewayEstate.set(List.of(gateway)), 1);
    ask(new ExecutorCall.Stage(first));
    signal(watcher, "TERM");
    BoundedWait.until("all of it has ended", AT_MOST, () -> !watcher.alive());

    assertThat(ask(new ExecutorCall.Prepare(first)).answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(ask(new ExecutorCall.Prepare(first)).reason()).contains("gateway.sh");
  }

  @Test
  void whatAGatewayPutsWhereItsReportShouldBeIsNotBelieved() throws Exception {
    var report = reports.resolve("process");
    var secret = Files.writeString(root.resolve("secret"), "master 1\nsecret\n");
    String whole = "deployclaw-process 1\nmaster 7\nasked -\n";

    Files.createSymbolicLink(report, secret);
    assertThat(NginxProcess.of(gateway)).isEmpty();
    Files.delete(report);
    assertThat(
            ProcessRunner.run(List.of("mkfifo", report.toString()), Path.of("/"), AT_MOST)
                .succeeded())
        .isTrue();
    assertThat(NginxProcess.of(gateway)).isEmpty();
    Files.delete(report);
    for (String text :
        List.of(
            "",
            "master 7",
            whole.replace("7", "-7"),
            whole + "worker 8:1\nworker x:1\n",
            whole.replace("asked -", "asked ../../x"),
            whole + "x".repeat(1 << 20))) {
      Files.writeString(report, text);
      assertThat(NginxProcess.of(gateway))
          .as(text.substring(0, Math.min(60, text.length())))
          .isEmpty();
    }
    Files.writeString(report, whole + "worker 8:1\nleaving 9:2\n");
    assertThat(NginxProcess.of(gateway).orElseThrow().marks()).isEqualTo("8:1 9:2");
  }

  @Test
  void aWorkerThatIsReportedLaterIsWaitedFor() throws Exception {
    String report = "deployclaw-process 1\nmaster 7\nasked -\n";
    Files.writeString(reports.resolve("process"), report);
    var starting = NginxProcess.of(gateway).orElseThrow();

    Files.writeString(reports.resolve("process"), report + "worker 8:1\n");

    assertThat(starting.awaitStarted()).isTrue();
  }

  private void converged(EpochSpec activation) {
    BoundedWait.until(
        "the gateway acts on epoch " + activation.epoch(),
        AT_MOST,
        () -> ask(new ExecutorCall.Converge(activation)).answer() == Answer.YES);
  }

  private MemberReport ask(ExecutorCall call) {
    return GatewayEstate.ask(GatewayEstate.executor(List.of(gateway)), call).getFirst();
  }

  /** To the script alone, which root sees from outside of its namespace. */
  private static void signal(DaemonProcess watcher, String name) throws Exception {
    var script =
        ProcessHandle.of(watcher.pid()).stream()
            .flatMap(ProcessHandle::descendants)
            .filter(p -> p.info().commandLine().orElse("").contains("gateway.sh"))
            .findFirst()
            .orElseThrow();
    var kill = List.of("sh", "-c", "kill -" + name + " " + script.pid());
    assertThat(ProcessRunner.run(kill, Path.of("/"), AT_MOST).succeeded()).isTrue();
  }

  private DaemonProcess startWatcher() {
    var words =
        Stream.of(
                Stream.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child"),
                AS_GATEWAY.stream(),
                Stream.of("sh", SCRIPT.toAbsolutePath().normalize().toString()))
            .flatMap(w -> w)
            .toList();
    var told =
        Map.of(
            "GATEWAY_FOLDER", folder.toString(),
            "GATEWAY_REPORTS", reports.toString(),
            "NGINX", "/usr/sbin/nginx");
    var watcher = DaemonProcess.start(new LaunchSpec(root, "watcher", words, told));
    running.add(watcher);
    watcher.awaitReady(AT_MOST, () -> Files.exists(reports.resolve("process")));
    return watcher;
  }

  private Path gatewaysOwn(String name) throws IOException {
    var made = Files.createDirectories(root.resolve(name));
    Files.setAttribute(made, "unix:uid", USER);
    Files.setAttribute(made, "unix:gid", USER);
    return made;
  }

  /** As in the agent's own container: where the file says that NGINX writes is another folder. */
  private Path checker(Path run) throws IOException {
    var file =
        Files.writeString(
            root.resolve("nginx-in-the-agents-container"),
            """
            #!/bin/sh
            unshare --mount true 2>/dev/null || exec nginx "$@"
            exec unshare --mount sh -c 'mount -t tmpfs none "$0" && exec nginx "$@"' %s "$@"
            """
                .formatted(run));
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private GatewaySite site(Path run) {
    return new GatewaySite(
        listen,
        backend.address(),
        new TreeMap<>(Map.of("search", backend.address())),
        run.resolve("nginx.pid"),
        run.resolve("access.log"),
        true,
        Duration.ofSeconds(1),
        List.of(),
        EdgePolicy.NONE);
  }

  private String byHand(Path run) {
    return """
    daemon off;
    worker_processes 2;
    pid %1$s/nginx.pid;
    error_log %1$s/error.log;
    events { worker_connections 64; }
    http {
        access_log off;
        client_body_temp_path %1$s/tmp;
        proxy_temp_path %1$s/tmp;
        fastcgi_temp_path %1$s/tmp;
        uwsgi_temp_path %1$s/tmp;
        scgi_temp_path %1$s/tmp;
        server { listen %2$s; location / { return 200 hand; } }
    }
    """
        .formatted(run, listen);
  }
}
