package dev.deployclaw.lab.estate;

import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rate limit services: one process for each namespace. */
public record RateLimitServiceProcesses(SortedMap<String, HostPort> addresses) {
  private static final Duration READY = Duration.ofMinutes(2);

  public static final JavaProgram PROGRAM =
      JavaProgram.of(
          "dev.deployclaw.ratelimit.RateLimitMain",
          List.of(
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Xmx96m",
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow"));

  /** What they ask, with the prefix of the keys in etcd. */
  public record Stores(String etcd, String prefix, List<HostPort> redis) {}

  /** Each on the address that its namespace has among the hosts. */
  static RateLimitServiceProcesses start(
      Path folder, Map<String, String> hosts, Stores stores, ExecutorService starts)
      throws InterruptedException {
    var addresses = new TreeMap<String, HostPort>();
    var starting = new ArrayList<Future<DaemonProcess>>();
    for (String namespace : ReferenceScenario.NAMESPACES) {
      var address = address(hosts.get(namespace), FreePortFinder.free());
      addresses.put(namespace, address);
      var launch =
          new LaunchSpec(folder, namespace, PROGRAM.command(arguments(namespace, address, stores)));
      starting.add(starts.submit(() -> startOne(launch, address)));
    }
    for (var start : starting) {
      LabStartup.done(start);
    }
    return new RateLimitServiceProcesses(addresses);
  }

  Map<String, String> urls() {
    var out = new TreeMap<String, String>();
    addresses.forEach((namespace, address) -> out.put(namespace, "http://" + address));
    return out;
  }

  /** On loopback where nothing else is said. */
  private static HostPort address(@Nullable String host, int port) {
    return host == null ? HostPort.loopback(port) : new HostPort(host, port);
  }

  private static DaemonProcess startOne(LaunchSpec launch, HostPort address) {
    var daemon = DaemonProcess.start(launch);
    daemon.awaitReady(READY, () -> ServerReadiness.answers("http://" + address + "/readyz"));
    daemon.leave();
    return daemon;
  }

  public static List<String> arguments(String namespace, HostPort address, Stores stores) {
    var nodes = stores.redis().stream().map(HostPort::toString).collect(Collectors.joining(","));
    return List.of(
        "--namespace=" + namespace,
        "--host=" + address.host(),
        "--port=" + address.port(),
        "--etcd=" + stores.etcd(),
        "--prefix=" + stores.prefix(),
        "--redis=" + nodes,
        "--redis-timeout-ms=1000");
  }
}
