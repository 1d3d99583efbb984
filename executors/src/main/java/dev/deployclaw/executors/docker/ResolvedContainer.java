package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerMount;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import dev.deployclaw.executors.nginx.EpochFolder;
import dev.deployclaw.executors.nginx.GatewayInspector;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a gateway's container turned out to be. No other container is ever handed on: this is where
 * it is decided who may be touched.
 */
sealed interface ResolvedContainer {
  /**
   * @param client of the daemon that runs it
   * @param container as it was listed
   */
  record Present(DockerClient client, ContainerGateway gateway, Container container)
      implements ResolvedContainer {
    String id() {
      return container.getId();
    }

    /** The digest of its image. */
    String image() {
      return Objects.requireNonNull(container.getImageId(), "a container without an image");
    }

    boolean runs() {
      return DockerInventory.runs(container);
    }

    String state() {
      return "its container " + name() + " is " + container.getState();
    }

    ContainerFolderReader view() {
      return new ContainerFolderReader(client, id(), gateway.inside());
    }

    GatewayFolder shelf() {
      return switch (gateway.reach()) {
        case ContainerGateway.Reach.Mounted(var folder) ->
            new MountedGatewayFolder(new EpochFolder(folder));
        case ContainerGateway.Reach.Archive() -> new ArchiveGatewayFolder(this);
      };
    }

    /** Whether its folder outlives the container, and can be written in the way it is to be. */
    boolean isMounted() {
      return folder().isPresent();
    }

    /** The mount that its folder is, or lies in; the innermost of several. */
    Optional<Mount> folder() {
      boolean written = gateway.reach() instanceof ContainerGateway.Reach.Archive;
      return Stream.ofNullable(container.getMounts())
          .flatMap(List::stream)
          .filter(m -> !written || Boolean.TRUE.equals(m.getRw()))
          .filter(m -> holds(destination(m)))
          .max(Comparator.comparingInt(m -> destination(m).length()))
          .map(Present::again);
    }

    private boolean holds(String mount) {
      boolean below = !mount.isEmpty() && gateway.inside().startsWith(mount + "/");
      return below || gateway.inside().equals(mount);
    }

    private static String destination(ContainerMount mount) {
      return Objects.requireNonNullElse(mount.getDestination(), "");
    }

    /** The same mount in another container. */
    private static Mount again(ContainerMount mount) {
      boolean volume = mount.getName() != null && !mount.getName().isEmpty();
      return new Mount()
          .withType(volume ? MountType.VOLUME : MountType.BIND)
          .withSource(volume ? mount.getName() : mount.getSource())
          .withTarget(mount.getDestination());
    }

    /** Who it is, for a report. */
    private Map<String, Object> facts() {
      var facts = new TreeMap<String, Object>();
      facts.put("member", gateway.member());
      facts.put("name", gateway.name());
      facts.put("namespace", gateway.namespace());
      facts.put("url", gateway.url().toString());
      facts.put("container", name());
      facts.put("container_id", id());
      facts.put("image_id", image());
      facts.put("state", String.valueOf(container.getState()));
      return facts;
    }

    GatewayInspector.Subject subject() {
      return new GatewayInspector.Subject(
          gateway.member(), gateway.url(), view(), gateway.remedy(), facts());
    }

    private String name() {
      return DockerInventory.names(container).stream().findFirst().orElse(id());
    }
  }

  /** None is there. */
  record Absent(String reason) implements ResolvedContainer {}

  /** It can't be told which one is meant. */
  record Ambiguous(String reason) implements ResolvedContainer {}

  /**
   * @param listed all containers of the daemon, stopped ones too
   */
  static ResolvedContainer among(
      List<Container> listed, DockerClient client, ContainerGateway gateway) {
    var fitting = listed.stream().filter(c -> fits(c, gateway.which())).toList();
    return switch (fitting.size()) {
      case 0 ->
          new Absent(
              "no container has the "
                  + words(gateway.which())
                  + ": start it, or remove the gateway from the configuration");
      case 1 -> new Present(client, gateway, fitting.getFirst());
      default ->
          new Ambiguous(
              fitting.size()
                  + " containers have the "
                  + words(gateway.which())
                  + ": "
                  + names(fitting)
                  + "; give each gateway a label of its own");
    };
  }

  private static boolean fits(Container container, ContainerGateway.Which which) {
    return switch (which) {
      case ContainerGateway.Which.Named(String name) ->
          DockerInventory.names(container).contains(name);
      case ContainerGateway.Which.Labelled(String key, String value) ->
          container.getLabels() != null
              && value.equals(container.getLabels().get(key))
              && !TemporaryContainer.isOne(container);
    };
  }

  private static String words(ContainerGateway.Which which) {
    return switch (which) {
      case ContainerGateway.Which.Named(String name) -> "name " + name;
      case ContainerGateway.Which.Labelled(String key, String value) ->
          "label " + key + "=" + value;
    };
  }

  private static String names(List<Container> containers) {
    return containers.stream()
        .flatMap(c -> DockerInventory.names(c).stream())
        .collect(Collectors.joining(", "));
  }
}
