package dev.deployclaw.lab.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.RestartPolicy;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A container of the lab's Docker daemon, in which NGINX runs.
 *
 * @param networks that it is in; its own first
 * @param file that NGINX reads
 */
public record LabContainer(
    String name, Role role, List<String> networks, List<Bind> binds, String file) {
  public static final String IMAGE = "deployclaw-lab/nginx:1";
  public static final String NGINX = "/usr/sbin/nginx";
  static final String ROLE = "role";

  public enum Role {
    SERVICE,
    GATEWAY;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public LabContainer {
    networks = List.copyOf(networks);
    binds = List.copyOf(binds);
  }

  /** It comes back with its daemon. Returns its address in its own network. */
  public String start(DockerClient client, List<PortBinding> published) {
    var host =
        HostConfig.newHostConfig()
            .withNetworkMode(networks.getFirst())
            .withBinds(binds)
            .withPortBindings(published)
            .withRestartPolicy(RestartPolicy.unlessStoppedRestart());
    String id =
        client
            .createContainerCmd(IMAGE)
            .withName(name)
            .withLabels(Map.of(ROLE, role.word()))
            .withExposedPorts(published.stream().map(PortBinding::getExposedPort).toList())
            .withCmd(NGINX, "-c", file)
            .withHostConfig(host)
            .exec()
            .getId();
    networks.stream()
        .skip(1)
        .forEach(n -> client.connectToNetworkCmd().withContainerId(id).withNetworkId(n).exec());
    client.startContainerCmd(id).exec();
    var joined = client.inspectContainerCmd(id).exec().getNetworkSettings().getNetworks();
    return String.valueOf(Objects.requireNonNull(joined.get(networks.getFirst())).getIpAddress());
  }
}
