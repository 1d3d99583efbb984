package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.stream.IntStream;
import org.apache.commons.lang3.function.Failable;

/** Three real NGINX processes with hand-written files, behind an executor. */
final class GatewayEstate implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Path root;
  private final FakeHttpServer backend = FakeHttpServer.answering(204);
  private final List<FileGateway> gateways = new ArrayList<>();
  private final List<NginxServer> running = new ArrayList<>();

  GatewayEstate(Path root) {
    this.root = root;
    IntStream.range(0, 3).forEach(i -> add("gw-" + i));
  }

  List<FileGateway> gateways() {
    return gateways;
  }

  FileGateway gateway(int index) {
    return gateways.get(index);
  }

  NginxServer nginx(int index) {
    return running.get(index);
  }

  FileGatewayExecutor executor() {
    return executor(gateways);
  }

  static FileGatewayExecutor executor(List<FileGateway> gateways) {
    return new FileGatewayExecutor(FileGatewaySettings.of(gateways, scratch(gateways)));
  }

  /** The agent's own folder, which it lets nobody reach. */
  private static Path scratch(List<FileGateway> gateways) {
    try {
      Path root = gateways.getFirst().folder().resolveSibling("agent");
      Files.createDirectories(root);
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
      return root.resolve("checks");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An executor whose gateways' parsers refuse whatever they are given. */
  FileGatewayExecutor refusing() {
    return parsing(Path.of("/bin/false"));
  }

  /** One whose gateways' parsers are another program. */
  FileGatewayExecutor parsing(Path binary) {
    return executor(gateways.stream().map(g -> started(g, binary)).toList());
  }

  /** A gateway whose parser is another program. */
  static FileGateway started(FileGateway g, Path binary) {
    return new FileGateway(
        g.name(),
        g.namespace(),
        g.folder(),
        binary,
        g.pidFile(),
        g.url(),
        g.site(),
        Optional.empty());
  }

  PolicySet set(TenantPolicy... tenants) {
    return set(gateways, tenants);
  }

  /** A set that knows some of the gateways only. */
  static PolicySet set(List<FileGateway> known, TenantPolicy... tenants) {
    var routes = List.of(new Gateway.Route("/search", "search"));
    var routing =
        known.stream()
            .map(g ->
                new Gateway(g.name(), g.namespace(), new Gateway.Identity.Host("test"), routes))
            .toList();
    return PolicySet.of(List.of(tenants), routing, "");
  }

  static EpochSpec activation(PolicySet set, long epoch) {
    return Activations.of(set, epoch);
  }

  static EpochSpec restoring(List<MemberReport> observed, long epoch) {
    return Activations.restoring("gateway", observed, epoch);
  }

  List<MemberReport> ask(ExecutorCall call) {
    return ask(executor(), call);
  }

  /** As the leader of a term. */
  List<MemberReport> ask(ExecutorCall call, long term) {
    return ask(executor(), call, new FencingToken("tester", term));
  }

  static List<MemberReport> ask(FileGatewayExecutor executor, ExecutorCall call) {
    return ask(executor, call, FencingToken.NONE);
  }

  private static List<MemberReport> ask(
      FileGatewayExecutor executor, ExecutorCall call, FencingToken fence) {
    try {
      var outcome = executor.execute(new Invocation("gateway", call, fence, DEADLINE));
      return outcome instanceof CallOutcome.Done done ? done.reports() : List.of();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  String handWritten(int index) {
    return read(gateway(index).folder().resolve("epochs/0/nginx.conf"));
  }

  String live(int index) {
    return read(gateway(index).folder().resolve("live/nginx.conf"));
  }

  String target(int index) {
    return Failable.get(
        () -> Files.readSymbolicLink(gateway(index).folder().resolve("live")).toString());
  }

  String marks(int index) {
    return Failable.get(() -> NginxProcess.of(gateway(index)).orElseThrow().marks());
  }

  @Override
  public void close() {
    running.forEach(NginxServer::close);
    backend.close();
  }

  private void add(String name) {
    Path folder = root.resolve(name).toAbsolutePath().normalize();
    String listen = "127.0.0.1:" + FreePortFinder.free();
    try {
      Files.createDirectories(folder.resolve("epochs/0"));
      Files.writeString(folder.resolve("epochs/0/nginx.conf"), byHand(folder, listen));
      Files.createSymbolicLink(folder.resolve("live"), Path.of("epochs/0"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    running.add(NginxServer.start(folder, folder.resolve("live/nginx.conf")));
    gateways.add(gateway(name, folder, listen));
  }

  FileGateway gateway(String name, Path folder, String listen) {
    Path pidFile = folder.resolve("nginx.pid");
    var site =
        new GatewaySite(
            listen,
            backend.address(),
            new TreeMap<>(Map.of("search", backend.address())),
            pidFile,
            folder.resolve("access.log"),
            true,
            Duration.ofSeconds(5),
            List.of(),
            EdgePolicy.NONE);
    var binary = Path.of("/usr/sbin/nginx");
    return new FileGateway(
        name,
        "edge",
        folder,
        binary,
        pidFile,
        URI.create("http://" + listen),
        site,
        Optional.empty());
  }

  static String byHand(Path folder, String listen) {
    return """
    # by hand
    daemon off;
    worker_processes 1;
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
        .formatted(folder, listen);
  }

  private static String read(Path file) {
    return Failable.get(() -> Files.readString(file));
  }
}
