package dev.deployclaw.testkit.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the programs that the servers are, and names the package of one that is missing. */
public final class ExecutableFinder {
  private static final Map<String, String> PACKAGES =
      Map.of(
          "redis-server", "redis-server",
          "etcd", "etcd-server",
          "nats-server", "nats-server",
          "nginx", "nginx",
          "gcc", "gcc libc6-dev",
          "iptables", "iptables",
          "dockerd", "docker.io",
          "ip", "iproute2",
          "ldd", "libc-bin",
          "setsid", "util-linux");

  private static final List<String> ADMIN_FOLDERS =
      List.of("/usr/local/sbin", "/usr/sbin", "/sbin");

  private ExecutableFinder() {}

  /**
   * @throws IllegalStateException naming the Debian package when there is no such program
   */
  public static String find(String name) {
    return find(name, System.getenv().getOrDefault("PATH", ""), ADMIN_FOLDERS);
  }

  public static boolean has(String name) {
    return named(name, System.getenv().getOrDefault("PATH", ""), ADMIN_FOLDERS).isPresent();
  }

  public static String find(String name, String path, List<String> moreFolders) {
    return named(name, path, moreFolders)
        .orElseThrow(() -> new IllegalStateException(missing(name)));
  }

  private static Optional<String> named(String name, String path, List<String> moreFolders) {
    return Stream.concat(Stream.of(path.split(File.pathSeparator)), moreFolders.stream())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  private static String missing(String name) {
    return name + " is missing: apt-get install " + PACKAGES.getOrDefault(name, name);
  }
}
