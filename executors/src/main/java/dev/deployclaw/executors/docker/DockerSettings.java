package dev.deployclaw.executors.docker;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A Docker daemon, and how it is reached.
 *
 * @param host {@code unix:///var/run/docker.sock}, or {@code tcp://host:port}
 * @param tls for tcp; empty where it is spoken to without
 * @param answer for connecting, and for each answer
 */
public record DockerSettings(URI host, Optional<Tls> tls, Duration answer) {
  /**
   * PEM files: the authority that vouches for the daemon, and what the daemon knows this client by.
   */
  public record Tls(Path ca, Path cert, Path key) {}

  /** The same daemon, given more time for each answer. */
  public DockerSettings patient(Duration longer) {
    return new DockerSettings(host, tls, answer.compareTo(longer) > 0 ? answer : longer);
  }
}
