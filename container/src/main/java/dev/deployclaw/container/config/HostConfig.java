package dev.deployclaw.container.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The executor host of {@code serve}.
 *
 * @param enabled whether executors run in a process of their own
 * @param user number of the user and group that it gets where root starts the agent
 * @param ports further TCP ports that it may connect to: of Redis nodes that no endpoint names
 * @param socket where a host listens that others start; empty where the agent starts it
 * @param keyFile to which such a host writes the key of its grants
 * @param credentials files that only the host opens, as the configuration names them
 */
public record HostConfig(
    boolean enabled,
    int user,
    Set<Integer> ports,
    Optional<Path> socket,
    Optional<Path> keyFile,
    List<Path> credentials) {
  /** Neither of a package nor of systemd's, and below what a container's namespace may map. */
  public static final int USER = 60_918;

  public HostConfig {
    ports = Set.copyOf(ports);
    credentials = List.copyOf(credentials);
  }

  /** The same, by these files. */
  public HostConfig holding(List<Path> files) {
    return new HostConfig(
        enabled, user, ports, socket, keyFile, files.stream().distinct().toList());
  }

  /** Whether the agent neither starts nor ends it. */
  public boolean isForeign() {
    return socket.isPresent();
  }
}
