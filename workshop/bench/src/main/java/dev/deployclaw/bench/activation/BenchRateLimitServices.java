package dev.deployclaw.bench.activation;

import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.executors.ratelimit.RateLimitSettings.Service;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.LaunchSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Rate limit services in processes of their own, with room for a hundred thousand tenants. */
final class BenchRateLimitServices implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(2);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final int OK = 200;

  private final List<DaemonProcess> daemons = new ArrayList<>();
  private final List<Service> services = new ArrayList<>();

  /** What they ask. */
  record Stores(String etcd, String prefix, List<HostPort> redis) {}

  static BenchRateLimitServices start(Path folder, int number, Stores stores) {
    var deciders = new BenchRateLimitServices();
    try {
      for (int i = 1; i <= number; i++) {
        deciders.add(folder, "edge-" + i, stores);
      }
      return deciders;
    } catch (IllegalStateException e) {
      deciders.close();
      throw e;
    }
  }

  List<Service> services() {
    return List.copyOf(services);
  }

  @Override
  public void close() {
    daemons.forEach(DaemonProcess::close);
  }

  private void add(Path folder, String namespace, Stores stores) {
    var address = HostPort.loopback(FreePortFinder.free());
    var daemon =
        DaemonProcess.start(new LaunchSpec(folder, namespace, command(namespace, address, stores)));
    daemons.add(daemon);
    var url = URI.create("http://" + address);
    daemon.awaitReady(READY, () -> ready(url));
    services.add(new Service(namespace, url));
  }

  private static boolean ready(URI url) {
    try {
      return new OneShotHttpClient(url, ANSWER).get("/readyz").status() == OK;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> command(String namespace, HostPort address, Stores stores) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx2g",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        "dev.deployclaw.ratelimit.RateLimitMain",
        "--namespace=" + namespace,
        "--host=" + address.host(),
        "--port=" + address.port(),
        "--etcd=" + stores.etcd(),
        "--prefix=" + stores.prefix(),
        "--redis="
            + stores.redis().stream().map(HostPort::toString).collect(Collectors.joining(",")),
        "--redis-timeout-ms=1000");
  }
}
