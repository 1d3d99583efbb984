package dev.deployclaw.lab.estate;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.PortBinding;
import dev.deployclaw.lab.docker.LabContainer;
import dev.deployclaw.lab.docker.LabContainers;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gateways in containers of the lab's own Docker daemon, as somebody once set them up: each in the
 * network of its namespace and in those of the services behind it, which it knows by their names,
 * with a port published to this machine.
 */
record ContainerGatewayFleet(
    DockerEnvironment containers, List<ContainerSpec> gateways, GatewayDependencies beside) {
  private static final String RUN = "/var/lib/gateway";
  private static final int PORT = 8000;
  private static final Duration READY = Duration.ofSeconds(60);

  /** How a file gets into a container and is read there; each is somebody's. */
  enum Way {
    FOLDER_SIGNAL(true, "signal"),
    VOLUME_SIGNAL(false, "signal"),
    FOLDER_RESTART(true, "restart");

    private final boolean mounted;
    private final String reload;

    Way(boolean mounted, String reload) {
      this.mounted = mounted;
      this.reload = reload;
    }
  }

  /** At a port of this machine that leads to it. */
  record ContainerSpec(Gateway gateway, int port, Way way) {
    String name() {
      return gateway.name();
    }

    String url() {
      return "http://" + HostPort.loopback(port);
    }

    /** Its own first. */
    List<String> networks() {
      return Stream.concat(
              Stream.of(gateway.namespace()), gateway.routes().stream().map(Gateway.Route::service))
          .toList();
    }
  }

  static ContainerGatewayFleet start(
      DockerEnvironment containers, List<Gateway> gateways, GatewayDependencies beside)
      throws IOException {
    var contained = new ArrayList<ContainerSpec>();
    for (var gateway : gateways) {
      var way = Way.values()[contained.size() % Way.values().length];
      contained.add(new ContainerSpec(gateway, FreePortFinder.free(), way));
    }
    var fleet = new ContainerGatewayFleet(containers, contained, beside);
    try (var client = TestDockerDaemon.connect(containers.host())) {
      for (var gateway : contained) {
        fleet.start(client, gateway);
      }
    }
    BoundedWait.until(
        "all gateways in containers answer",
        READY,
        () ->
            contained.stream()
                .allMatch(g ->
                    ServerReadiness.answers(g.url() + g.gateway().routes().getFirst().prefix())));
    return fleet;
  }

  String text() {
    return "docker:\n  host: \"%s\"\n  gateways:\n%s\n"
        .formatted(
            containers.host(),
            gateways.stream().map(this::gateway).collect(Collectors.joining("\n")));
  }

  String words() {
    return "gateways in containers: " + gateways.size();
  }

  private void start(DockerClient client, ContainerSpec gateway) throws IOException {
    var home = containers.folder().resolve("gateways").resolve(gateway.name());
    var run = Files.createDirectories(home.resolve("run"));
    Files.createDirectories(run.resolve("tmp"));
    var files = gateway.way().mounted ? files(gateway) : volume(client, gateway.name());
    var place = Map.of("FOLDER", RUN, "LISTEN", GatewayFleet.listen(PORT));
    LabNginxGateway.lay(
        files, LabNginxGateway.handWritten(gateway.gateway(), named(gateway.gateway()), place));
    String source =
        gateway.way().mounted
            ? files + ":" + LabContainers.FILES + ":ro"
            : gateway.name() + ":" + LabContainers.FILES;
    var binds = List.of(Bind.parse(source), Bind.parse(run + ":" + RUN));
    var box =
        new LabContainer(
            gateway.name(),
            LabContainer.Role.GATEWAY,
            gateway.networks(),
            binds,
            LabContainers.FILES + "/live/nginx.conf");
    box.start(client, List.of(PortBinding.parse(HostPort.loopback(gateway.port()) + ":" + PORT)));
  }

  private Path files(ContainerSpec gateway) {
    return containers.folder().resolve("gateways").resolve(gateway.name()).resolve("files");
  }

  /** Makes it, and returns where its files are on this machine. */
  private static Path volume(DockerClient client, String name) {
    client.createVolumeCmd().withName(name).exec();
    return Path.of(client.inspectVolumeCmd(name).exec().getMountpoint());
  }

  /** The services by their names, which the daemon resolves in their networks. */
  private static UpstreamServices named(Gateway gateway) {
    var addresses = new TreeMap<String, String>();
    gateway
        .routes()
        .forEach(r ->
            addresses.put(
                r.service(), new HostPort(r.service(), DockerEnvironment.SERVICE_PORT).toString()));
    return new UpstreamServices(addresses);
  }

  /** This machine's addresses in its networks: one of them is what it sees the agent come from. */
  private String askers(ContainerSpec gateway) {
    return gateway.networks().stream()
        .map(network -> "\"" + containers.bridges().get(network) + "\"")
        .collect(Collectors.joining(", "));
  }

  private String gateway(ContainerSpec contained) {
    var gateway = contained.gateway();
    return """
        - name: %s
          namespace: %s
          container: %s
          inside: %s%s
          reload: %s
          binary: %s
          foreground: true
          pidFile: %s/nginx.pid
          accessLog: %s/access.log
          listen: "%s"
          url: "%s"
          askers: [%s]
          service: "%s"
          identity: {host: %s}
          routes: [%s]
          upstreams: {%s}\
    """
        .formatted(
            gateway.name(),
            gateway.namespace(),
            gateway.name(),
            LabContainers.FILES,
            contained.way().mounted
                ? "\n      folder: docker/gateways/" + gateway.name() + "/files"
                : "",
            contained.way().reload,
            LabContainer.NGINX,
            RUN,
            RUN,
            GatewayFleet.listen(PORT),
            contained.url(),
            askers(contained),
            beside.service(gateway.namespace()),
            ReferenceScenario.HOST_SUFFIX,
            GatewayFleet.routes(gateway),
            named(gateway).text());
  }
}
