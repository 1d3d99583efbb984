package dev.deployclaw.lab.estate;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import dev.deployclaw.lab.docker.LabContainer;
import dev.deployclaw.lab.docker.LabContainers;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.DockerdProcess;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a Docker daemon of the lab's own has, which outlives the process that started it: a network
 * for each namespace and each service, and the services behind the gateways, an NGINX in its
 * network each. Those publish nothing: gateways on this machine reach them at their own addresses.
 *
 * @param host how the daemon is reached
 * @param folder of the daemon
 * @param bridges this machine's address in each network
 */
public record DockerEnvironment(
    String host, Path folder, SortedMap<String, String> bridges, UpstreamServices upstreams) {
  /** Where each service listens in its container. */
  static final int SERVICE_PORT = 8080;

  private static final String INSIDE = "/var/lib/upstream";
  private static final Duration READY = Duration.ofSeconds(60);
  private static final int CONNECT_MILLIS = 500;

  public static Optional<String> missing() {
    return DockerdProcess.missing();
  }

  static DockerEnvironment start(Path labFolder) throws IOException {
    var folder = labFolder.resolve(LabContainers.FOLDER);
    var daemon = DockerdProcess.start(folder);
    daemon.leave();
    try (var client = TestDockerDaemon.connect(daemon.host())) {
      TestDockerDaemon.loadNginx(client, LabContainer.IMAGE);
      var bridges = new TreeMap<String, String>();
      Stream.concat(ReferenceScenario.NAMESPACES.stream(), ReferenceScenario.SERVICES.stream())
          .forEach(network -> bridges.put(network, network(client, network)));
      return new DockerEnvironment(daemon.host(), folder, bridges, services(client, folder));
    }
  }

  static void stop(Path labFolder) {
    DockerdProcess.stopIn(labFolder.resolve(LabContainers.FOLDER));
  }

  private static String network(DockerClient client, String name) {
    client.createNetworkCmd().withName(name).exec();
    var ways = client.inspectNetworkCmd().withNetworkId(name).exec().getIpam().getConfig();
    return Objects.requireNonNull(ways.getFirst().getGateway(), "a bridge without an address");
  }

  private static UpstreamServices services(DockerClient client, Path folder) throws IOException {
    var addresses = new TreeMap<String, String>();
    for (String service : ReferenceScenario.SERVICES) {
      addresses.put(service, service(client, folder.resolve("services"), service).toString());
    }
    BoundedWait.until(
        "all containers answer",
        READY,
        () -> addresses.values().stream().allMatch(DockerEnvironment::listens));
    return new UpstreamServices(addresses);
  }

  private static HostPort service(DockerClient client, Path services, String name)
      throws IOException {
    var home = services.resolve(name);
    Files.createDirectories(home.resolve("tmp"));
    String server =
        "    server { listen %d; location / { return 200 \"%s\\n\"; } }\n"
            .formatted(SERVICE_PORT, name);
    Files.writeString(
        home.resolve("nginx.conf"),
        ResourceTemplate.fill("upstream.conf", Map.of("FOLDER", INSIDE, "SERVERS", server)));
    var binds = List.of(Bind.parse(home + ":" + INSIDE));
    var box =
        new LabContainer(
            name, LabContainer.Role.SERVICE, List.of(name), binds, INSIDE + "/nginx.conf");
    return new HostPort(box.start(client, List.of()), SERVICE_PORT);
  }

  private static boolean listens(String address) {
    var target = HostPort.parse(address);
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(target.host(), target.port()), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
