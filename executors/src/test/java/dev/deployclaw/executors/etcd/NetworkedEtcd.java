package dev.deployclaw.executors.etcd;

import com.github.dockerjava.api.model.ContainerNetwork;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.ServerReadiness;
import dev.deployclaw.testkit.server.SharedDocker;
import java.time.Duration;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.DockerImageName;

/**
 * An etcd in a container on a Docker network of its own, from which it can be disconnected. It
 * keeps its address.
 */
final class NetworkedEtcd implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final int PORT = 2379;
  private static final String LISTEN = "http://0.0.0.0:" + PORT;

  private final Network network;
  private final GenericContainer<?> container;
  private final HostPort address;

  private NetworkedEtcd(Network network, GenericContainer<?> container) {
    this.network = network;
    this.container = container;
    this.address = new HostPort(Objects.requireNonNull(endpoint().getIpAddress()), PORT);
  }

  static NetworkedEtcd start() {
    var image = SharedDocker.provide(OfficialImage.ETCD);
    var network = withSubnet(freeSubnet());
    var container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withImagePullPolicy(_ -> false)
            .withNetwork(network)
            .withCommand(
                OfficialImage.ETCD.path(),
                "--data-dir=/etcd-data",
                "--listen-client-urls=" + LISTEN,
                "--advertise-client-urls=" + LISTEN,
                "--unsafe-no-fsync");
    container.start();
    var etcd = new NetworkedEtcd(network, container);
    BoundedWait.until(
        "etcd is healthy",
        READY,
        () -> ServerReadiness.get(etcd.address, "/health").contains("\"health\":\"true\""));
    return etcd;
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

  String url() {
    return "http://" + address;
  }

  /** From now on no packet comes or goes; connections don't learn of it. */
  void disconnect() {
    container
        .getDockerClient()
        .disconnectFromNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(container.getContainerId())
        .exec();
  }

  void reconnect() {
    var same = new ContainerNetwork.Ipam().withIpv4Address(address.host());
    container
        .getDockerClient()
        .connectToNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(container.getContainerId())
        .withContainerNetwork(new ContainerNetwork().withIpamConfig(same))
        .exec();
  }

  private ContainerNetwork endpoint() {
    var all = container.getContainerInfo().getNetworkSettings().getNetworks();
    return all.values().iterator().next();
  }

  @Override
  public void close() {
    container.close();
    network.close();
  }
}
