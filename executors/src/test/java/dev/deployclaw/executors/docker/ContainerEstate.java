package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import dev.deployclaw.executors.docker.ContainerGateway.Reach;
import dev.deployclaw.executors.docker.ContainerGateway.Reload;
import dev.deployclaw.executors.docker.ContainerGateway.Which;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.lang3.function.Failable;

/**
 * Real NGINX containers with hand-written files in two networks: gateways in both, and behind them
 * one container that is rate limit service and upstream, known by name only.
 */
public final class ContainerEstate {
  static final String INSIDE = "/etc/nginx/deployclaw";
  static final String EDGE = "edge";
  static final String BACK = "back";

  private static final String BY_HAND =
      """
      # by hand
      pid /run/nginx.pid;
      events { worker_connections 64; }
      http {
          access_log off;
          upstream orders { server legacy:8080; }
          server {
              listen 8000;
              location / { return 200 hand; }
              location /orders { proxy_pass http://orders; }
          }
      }
      """;

  private static final String BEHIND =
      """
      pid /run/nginx.pid;
      events { worker_connections 64; }
      http {
          access_log off;
          server { listen 8089; location / { return 204; } }
          server { listen 8080; location / { return 200 searched; } }
      }
      """;

  /** From where a daemon's host reaches its containers. */
  private static final List<String> HERE = List.of("10.0.0.0/8", "172.16.0.0/12");

  private static final Duration START = Duration.ofSeconds(30);

  private final TestDockerDaemon docker;
  private final Path root;
  private final String image;

  public ContainerEstate(TestDockerDaemon docker, Path root) {
    this.docker = docker;
    this.root = root;
    this.image = docker.nginxImage();
    network(EDGE);
    network(BACK);
    write(root.resolve("behind.conf"), BEHIND);
    start(
        nginx("behind", "/behind.conf", Map.of())
            .withAliases("search", "legacy")
            .withHostConfig(behindsFile().withNetworkMode(BACK)));
  }

  TestDockerDaemon docker() {
    return docker;
  }

  /** Mounts the file of the service and upstream. */
  public HostConfig behindsFile() {
    return HostConfig.newHostConfig()
        .withBinds(Bind.parse(root.resolve("behind.conf") + ":/behind.conf"));
  }

  /** Starts a container with its file in a folder of this machine, which it may only read. */
  public ContainerGateway mounted(String name, Reload reload) {
    Path folder = root.resolve(name);
    write(folder.resolve("epochs/0/nginx.conf"), BY_HAND);
    Failable.run(() -> Files.createSymbolicLink(folder.resolve("live"), Path.of("epochs/0")));
    return gateway(name, folder + ":" + INSIDE + ":ro", new Reach.Mounted(folder), reload);
  }

  /** Starts a container with its file in a volume. */
  ContainerGateway archived(String name, Reload reload) {
    docker.client().createVolumeCmd().withName(name).withLabels(docker.label()).exec();
    return gateway(name, name + ":" + INSIDE, new Reach.Archive(), reload);
  }

  /** The same container, asked for in another way. */
  static ContainerGateway which(ContainerGateway g, Which which) {
    return changed(g, which, g.inside(), g.site());
  }

  /** The same container, with another file to come. */
  static ContainerGateway listening(ContainerGateway g, String listen) {
    return changed(g, g.which(), g.inside(), site(listen, g.site().askers()));
  }

  /** The same container, which says to others which file it acts on. */
  static ContainerGateway askedBy(ContainerGateway g, List<String> askers) {
    return changed(g, g.which(), g.inside(), site(g.site().listen(), askers));
  }

  /** The same container, with another folder. */
  static ContainerGateway inside(ContainerGateway g, String inside) {
    return changed(g, g.which(), inside, g.site());
  }

  private static ContainerGateway changed(
      ContainerGateway g, Which which, String inside, GatewaySite site) {
    return new ContainerGateway(
        g.name(), g.namespace(), which, inside, g.reach(), g.binary(), g.reload(), g.url(), site);
  }

  /** Takes the network away in which the service and the upstream are. */
  void disconnect(ContainerGateway g) {
    docker.client().disconnectFromNetworkCmd().withNetworkId(BACK).withContainerId(g.name()).exec();
  }

  void reconnect(ContainerGateway g) {
    docker.client().connectToNetworkCmd().withNetworkId(BACK).withContainerId(g.name()).exec();
  }

  String startedAt(String name) {
    return String.valueOf(
        docker.client().inspectContainerCmd(name).exec().getState().getStartedAt());
  }

  public List<String> names() {
    return docker.client().listContainersCmd().withShowAll(true).exec().stream()
        .flatMap(c -> DockerInventory.names(c).stream())
        .sorted()
        .toList();
  }

  String file(ContainerGateway gateway, String path) {
    var view = new ContainerFolderReader(docker.client(), gateway.name(), INSIDE);
    try {
      return switch (path) {
        case "live" -> view.target().orElse("");
        default -> new String(view.liveFile().orElseThrow(), StandardCharsets.UTF_8);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ContainerGateway gateway(String name, String bind, Reach reach, Reload reload) {
    String published = "127.0.0.1:" + FreePortFinder.free();
    var port = PortBinding.parse(published + ":8000");
    var host = HostConfig.newHostConfig().withNetworkMode(EDGE).withPortBindings(port);
    host.withBinds(Bind.parse(bind));
    String id =
        create(
            nginx(name, INSIDE + "/live/nginx.conf", Map.of("role", name))
                .withExposedPorts(port.getExposedPort())
                .withHostConfig(host));
    if (reach instanceof Reach.Archive) {
      fill(id);
    }
    docker.client().connectToNetworkCmd().withContainerId(id).withNetworkId(BACK).exec();
    docker.client().startContainerCmd(id).exec();
    BoundedWait.until(
        name + "'s NGINX runs",
        START,
        () -> ContainerProcessList.of(docker.client(), id).master().isPresent());
    return new ContainerGateway(
        name,
        EDGE,
        new Which.Named(name),
        INSIDE,
        reach,
        "/usr/sbin/nginx",
        reload,
        URI.create("http://" + published),
        site("8000", HERE));
  }

  /** The service is known by the container's own name, the upstream by another. */
  private static GatewaySite site(String listen, List<String> askers) {
    return new GatewaySite(
        listen,
        "behind:8089",
        new TreeMap<>(Map.of("search", "search:8080")),
        Path.of("/run/nginx.pid"),
        Path.of("/var/log/nginx/access.log"),
        false,
        Duration.ofSeconds(5),
        askers,
        EdgePolicy.NONE);
  }

  private void fill(String container) {
    var tar =
        new TarArchive()
            .file("epochs/0/nginx.conf", BY_HAND.getBytes(StandardCharsets.UTF_8))
            .link("live", "epochs/0");
    docker
        .client()
        .copyArchiveToContainerCmd(container)
        .withRemotePath(INSIDE)
        .withTarInputStream(tar.stream())
        .exec();
  }

  private CreateContainerCmd nginx(String name, String file, Map<String, String> labels) {
    var all = new TreeMap<>(docker.label());
    all.putAll(labels);
    return docker
        .client()
        .createContainerCmd(image)
        .withName(name)
        .withLabels(all)
        .withCmd("/usr/sbin/nginx", "-c", file, "-g", "daemon off;");
  }

  private void start(CreateContainerCmd command) {
    docker.client().startContainerCmd(create(command)).exec();
  }

  private static String create(CreateContainerCmd command) {
    return command.exec().getId();
  }

  private void network(String name) {
    docker.client().createNetworkCmd().withName(name).withLabels(docker.label()).exec();
  }

  private static Path write(Path file, String text) {
    try {
      Files.createDirectories(file.resolveSibling(""));
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
