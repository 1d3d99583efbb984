package dev.deployclaw.container.config;

import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A Docker daemon, and the gateways that run in its containers.
 *
 * @param host {@code unix:///path} or {@code tcp://host:port}
 * @param tls for tcp
 * @param timeout for connecting, and for each answer
 */
public record DockerConfig(
    String host, Optional<Tls> tls, Duration timeout, List<ContainerEntry> gateways) {

  /** PEM files: the authority of the daemon's certificate, and our certificate and key. */
  public record Tls(Path ca, Path cert, Path key) {}

  /**
   * A gateway in a container.
   *
   * @param inside the folder with {@code epochs} and {@code live} as the container sees it
   * @param folder the same on this machine, where it is bind-mounted; empty where files go through
   *     the daemon
   * @param binary NGINX in the container
   * @param url how the agent reaches it
   * @param restart whether the container is restarted to read its file; else it gets SIGHUP
   */
  public record ContainerEntry(
      Gateway gateway,
      ContainerSelector which,
      String inside,
      Optional<Path> folder,
      String binary,
      boolean restart,
      String url,
      NginxSiteConfig front) {}

  /** Which container it is: by its name, or by a label that only it has. */
  public sealed interface ContainerSelector {
    record Named(String name) implements ContainerSelector {}

    record Labelled(String key, String value) implements ContainerSelector {}
  }
}
