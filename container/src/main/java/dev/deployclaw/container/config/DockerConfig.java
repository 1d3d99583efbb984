package dev.deployclaw.container.config;

import dev.deployclaw.policy.gateway.Site;
import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
   * @param restart whether the container is restarted to read its file; else it gets SIGHUP
   */
  public record ContainerEntry(
      Gateway gateway,
      Which which,
      String inside,
      Optional<Path> folder,
      String binary,
      boolean restart,
      Front front) {}

  /** Which container it is: by its name, or by a label that only it has. */
  public sealed interface Which {
    record Named(String name) implements Which {}

    record Labelled(String key, String value) implements Which {}
  }

  /**
   * Where the gateway stands. Paths are the container's.
   *
   * @param listen host:port that NGINX listens on
   * @param url how the agent reaches it
   * @param service host:port of the rate limit service beside it
   * @param upstreams host:port by service name
   * @param askers from where the agent asks, as the container sees it
   * @param foreground whether the file says {@code daemon off}; else the command line does
   */
  public record Front(
      String listen,
      String url,
      String service,
      Map<String, String> upstreams,
      Path pidFile,
      Path accessLog,
      List<String> askers,
      boolean foreground) {

    /** How long an NGINX worker of an older file may go on with its connections. */
    private static final Duration WORKER_SHUTDOWN = Duration.ofSeconds(10);

    /**
     * What its file needs to know.
     *
     * @throws IllegalArgumentException where a value can't stand in such a file
     */
    public Site site() {
      return new Site(
          listen,
          service,
          new TreeMap<>(upstreams),
          pidFile,
          accessLog,
          foreground,
          WORKER_SHUTDOWN,
          askers);
    }
  }
}
