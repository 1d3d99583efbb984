package dev.deployclaw.executors;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.ContainerNetwork;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.SharedDocker;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container on a Docker network of its own, from which it can be disconnected. It
 * keeps its address, and has this machine's process numbers.
 */
public final class NetworkedContainer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final int CONNECT_MILLIS = 1000;

  private final Network network;
  private final boolean first;
  private final GenericContainer<?> container;
  private final HostPort address;

  private NetworkedContainer(Network network, boolean first, Launch launch) {
    this.network = network;
    this.first = first;
    this.container = started(network, launch);
    this.address = new HostPort(Objects.requireNonNull(endpoint().getIpAddress()), launch.port());
    BoundedWait.until(address + " is listened at", START, this::isReached);
  }

  private boolean isReached() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * How it is started.
   *
   * @param port where it listens, on all addresses
   * @param arguments of the image's program
   * @param files folders and jars that it has at the same paths
   */
  public record Launch(OfficialImage image, int port, List<String> arguments, List<Path> files) {}

  public static NetworkedContainer start(Launch launch) {
    SharedDocker.provide(launch.image()); // which starts the daemon
    return new NetworkedContainer(withSubnet(freeSubnet()), true, launch);
  }

  /** Another one on the same network. To be closed before this one. */
  public NetworkedContainer beside(Launch launch) {
    return new NetworkedContainer(network, false, launch);
  }

  private static GenericContainer<?> started(Network network, Launch launch) {
    var image = SharedDocker.provide(launch.image());
    var container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withImagePullPolicy(_ -> false)
            .withNetwork(network)
            .withCreateContainerCmdModifier(command -> fill(command, launch));
    container.start();
    return container;
  }

  /** The jars of a program in Java: an image of a JRE has none of its classes. */
  public static List<Path> classPath(List<String> arguments) {
    String entries = arguments.get(arguments.indexOf("-cp") + 1);
    return List.of(entries.split(File.pathSeparator, -1)).stream().map(Path::of).toList();
  }

  private static void fill(CreateContainerCmd command, Launch launch) {
    var binds = new ArrayList<Bind>();
    launch.files().forEach(file -> binds.add(Bind.parse(file + ":" + file)));
    Objects.requireNonNull(command.getHostConfig()).withPidMode("host").withBinds(binds);
    command.withEntrypoint(launch.image().path()).withCmd(launch.arguments());
  }

  /**
   * Docker gives a container the same address again only where the network's range was asked for.
   */
  private static String freeSubnet() {
    try (var network = Network.newNetwork()) {
      var made =
          DockerClientFactory.lazyClient().inspectNetworkCmd().withNetworkId(network.getId());
      return Objects.requireNonNull(
          made.exec().getIpam().getConfig().getFirst().getSubnet(), "a network has a range");
    }
  }

  private static Network withSubnet(String subnet) {
    var range = new com.github.dockerjava.api.model.Network.Ipam.Config().withSubnet(subnet);
    var ranges = new com.github.dockerjava.api.model.Network.Ipam().withConfig(range);
    return Network.builder().createNetworkCmdModifier(c -> c.withIpam(ranges)).build();
  }

  public HostPort address() {
    return address;
  }

  public String url() {
    return "http://" + address;
  }

  /** From now on no packet comes or goes; connections don't learn of it. */
  public void disconnect() {
    container
        .getDockerClient()
        .disconnectFromNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(container.getContainerId())
        .exec();
  }

  public void reconnect() {
    var same = new ContainerNetwork.Ipam().withIpv4Address(address.host());
    container
        .getDockerClient()
        .connectToNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(container.getContainerId())
        .withContainerNetwork(new ContainerNetwork().withIpamConfig(same))
        .exec();
  }

  /** From now on it does nothing, and keeps its connections. */
  public void pause() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
  }

  public void resume() {
    container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
  }

  private ContainerNetwork endpoint() {
    var all = container.getContainerInfo().getNetworkSettings().getNetworks();
    return all.values().iterator().next();
  }

  @Override
  public void close() {
    container.close();
    if (first) {
      network.close();
    }
  }
}
