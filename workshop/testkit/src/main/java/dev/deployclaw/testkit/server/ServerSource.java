package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.process.DaemonHandle;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.LaunchSpec;

/**
 * Where the servers of tests come from. Each source gives the same server at the same address in
 * the same folder, so that a test doesn't depend on its source.
 */
@FunctionalInterface
public interface ServerSource {
  /**
   * The system property that chooses: {@code processes}, which it is if unset, or {@code
   * containers}.
   */
  String PROPERTY = "servers";

  String CONTAINERS = "containers";

  /** Starts a server, which stops with this JVM unless it is stopped earlier. */
  DaemonHandle start(LaunchSpec launch);

  /** The programs of this machine. Only these outlive the JVM and can be adopted by another. */
  static ServerSource processes() {
    return DaemonProcess::start;
  }

  /** The official images. */
  static ServerSource containers() {
    return ContainerDaemon::start;
  }

  static ServerSource chosen() {
    String name = System.getProperty(PROPERTY, "processes");
    return switch (name) {
      case "processes" -> processes();
      case CONTAINERS -> containers();
      default ->
          throw new IllegalArgumentException(
              "-D" + PROPERTY + "=" + name + ": not processes or containers");
    };
  }
}
