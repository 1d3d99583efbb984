package dev.deployclaw.lab.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.Mount;
import dev.deployclaw.testkit.docker.DockerdProcess;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the Docker daemon of a lab runs now. */
public record LabContainers(Path folder) {
  public static final String FOLDER = "docker";

  /** Where a gateway's NGINX finds its files: {@code epochs} and {@code live}. */
  public static final String FILES = "/etc/nginx/deployclaw";

  public static LabContainers in(Path labFolder) {
    return new LabContainers(labFolder.toAbsolutePath().normalize().resolve(FOLDER));
  }

  /** A container, with the daemon's word for its state, and its files if it is a gateway. */
  public record ContainerSnapshot(String name, String state, Optional<Path> files) {
    public boolean runs() {
      return "running".equals(state);
    }
  }

  public List<ContainerSnapshot> standing() {
    return ask(client ->
            client.listContainersCmd().withShowAll(true).exec().stream()
                .map(c -> standing(client.inspectContainerCmd(c.getId()).exec()))
                .sorted(Comparator.comparing(ContainerSnapshot::name))
                .toList())
        .orElse(List.of());
  }

  public void hangUp(String name) {
    var _ = ask(client -> client.killContainerCmd(name).withSignal("HUP").exec());
  }

  private <T> Optional<T> ask(Function<DockerClient, @Nullable T> question) {
    var host = DockerdProcess.hostIn(folder);
    if (host.isEmpty()) {
      return Optional.empty();
    }
    try (var client = TestDockerDaemon.connect(host.get())) {
      return Optional.ofNullable(question.apply(client));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ContainerSnapshot standing(InspectContainerResponse container) {
    return new ContainerSnapshot(
        String.valueOf(container.getName()).replaceFirst("^/", ""),
        String.valueOf(container.getState().getStatus()),
        Optional.ofNullable(container.getMounts()).orElse(List.of()).stream()
            .filter(m -> FILES.equals(destination(m)))
            .map(m -> Path.of(String.valueOf(m.getSource())))
            .findFirst());
  }

  private static String destination(Mount mount) {
    return Optional.ofNullable(mount.getDestination()).map(v -> v.getPath()).orElse("");
  }
}
