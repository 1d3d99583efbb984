package dev.deployclaw.bench.activation;

import dev.deployclaw.executors.ratelimit.RateLimitSettings;
import dev.deployclaw.executors.ratelimit.RateLimitSettings.Service;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A rate limit service in a process of its own, with room for a hundred thousand tenants. */
record BenchRateLimitService(Service service, DaemonProcess daemon) implements AutoCloseable {
  private static final String NAMESPACE = "edge-1";
  private static final Duration READY = Duration.ofMinutes(2);
  private static final JavaProgram PROGRAM =
      new JavaProgram(
          "dev.deployclaw.ratelimit.RateLimitMain",
          Stream.concat(JavaProgram.QUICK.stream(), Stream.of("-Xmx2g")).toList(),
          Optional.empty());

  /** What it asks. */
  record Stores(String etcd, String prefix, List<HostPort> redis) {}

  static BenchRateLimitService start(Path folder, Stores stores) {
    var address = HostPort.loopback(FreePortFinder.free());
    var command = PROGRAM.command(arguments(address, stores));
    var daemon = DaemonProcess.start(new LaunchSpec(folder, NAMESPACE, command));
    String url = "http://" + address;
    var started = new BenchRateLimitService(new Service(NAMESPACE, URI.create(url), RateLimitSettings.Access.OPEN), daemon);
    daemon.awaitReady(READY, () -> ServerReadiness.answers(url + "/readyz"));
    return started;
  }

  @Override
  public void close() {
    daemon.close();
  }

  private static List<String> arguments(HostPort address, Stores stores) {
    var nodes = stores.redis().stream().map(HostPort::toString).collect(Collectors.joining(","));
    return List.of(
        "--namespace=" + NAMESPACE,
        "--host=" + address.host(),
        "--port=" + address.port(),
        "--etcd=" + stores.etcd(),
        "--prefix=" + stores.prefix(),
        "--redis=" + nodes,
        "--redis-timeout-ms=1000");
  }
}
