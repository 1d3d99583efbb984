package dev.deployclaw.lab;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.Docker;
import dev.deployclaw.testkit.DockerDaemon;
import dev.deployclaw.testkit.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The services behind the gateways in containers, of a Docker daemon of the lab's own that outlives
 * whoever started it: an NGINX for each service, in a network of its own. They publish nothing:
 * gateways on this machine reach them at their own addresses.
 */
final class Containers {
  private static final String FOLDER = "docker";
  private static final String IMAGE = "deployclaw-lab/upstream:1";
  private static final String INSIDE = "/var/lib/upstream";
  private static final String LABEL = "deployclaw.service";
  private static final int PORT = 8080;
  private static final Duration READY = Duration.ofSeconds(60);
  private static final int CONNECT_MILLIS = 500;

  private final Path folder;
  private final DockerClient client;

  private Containers(Path folder, DockerClient client) {
    this.folder = folder;
    this.client = client;
  }

  /** Why there can be none here, with what would help; empty where there can. */
  static Optional<String> missing() {
    return DockerDaemon.missing();
  }

  /** Returns when every container answers. */
  static Upstreams start(Path labFolder) throws IOException {
    var folder = labFolder.resolve(FOLDER);
    var daemon = DockerDaemon.start(folder);
    daemon.leave();
    try (var client = Docker.connect(daemon.host())) {
      Docker.loadNginx(client, IMAGE);
      return new Containers(folder, client).upstreams();
    }
  }

  /** How the daemon of a lab is reached; empty where it has none. */
  static Optional<String> host(Path labFolder) {
    var socket = labFolder.resolve(FOLDER).resolve("docker.sock");
    return Files.exists(socket) ? Optional.of("unix://" + socket) : Optional.empty();
  }

  /** Stops the daemon with all its containers and networks, where there is one. */
  static void stop(Path labFolder) {
    DockerDaemon.stopIn(labFolder.resolve(FOLDER));
  }

  private Upstreams upstreams() throws IOException {
    var addresses = new TreeMap<String, String>();
    for (String service : Scenario.SERVICES) {
      client.createNetworkCmd().withName(service).exec();
      addresses.put(service, new HostPort(run(service), PORT).toString());
    }
    Await.until(
        "all containers answer",
        READY,
        () -> addresses.values().stream().allMatch(Containers::listens));
    return new Upstreams(addresses);
  }

  /** Returns its address in its network. */
  private String run(String service) throws IOException {
    var home = folder.resolve("services").resolve(service);
    Files.createDirectories(home.resolve("tmp"));
    String server =
        "    server { listen %d; location / { return 200 \"%s\\n\"; } }\n".formatted(PORT, service);
    Files.writeString(
        home.resolve("nginx.conf"),
        Template.fill("upstream.conf", Map.of("FOLDER", INSIDE, "SERVERS", server)));
    var host =
        HostConfig.newHostConfig()
            .withNetworkMode(service)
            .withBinds(Bind.parse(home + ":" + INSIDE));
    String id =
        client
            .createContainerCmd(IMAGE)
            .withName(service)
            .withLabels(Map.of(LABEL, service))
            .withCmd("/usr/sbin/nginx", "-c", INSIDE + "/nginx.conf")
            .withHostConfig(host)
            .exec()
            .getId();
    client.startContainerCmd(id).exec();
    var networks = client.inspectContainerCmd(id).exec().getNetworkSettings().getNetworks();
    return String.valueOf(Objects.requireNonNull(networks.get(service)).getIpAddress());
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
