package dev.deployclaw.container.host;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalInt;

/**
 * What an executor host has in the agent's state folder. Made by the agent before each start, and
 * given to the host's user where that is another one.
 */
public record HostFiles(Path stateDir) {
  /** Who reads it in the agent's state folder is a client of the agent. */
  public static final String PASS = "agent.pass";

  static HostFiles of(AgentConfig config) {
    return new HostFiles(config.stateDir());
  }

  /** Its own: the socket, and files of a moment. */
  Path folder() {
    return stateDir.resolve("host");
  }

  Path temporary() {
    return folder().resolve("tmp");
  }

  Path socket() {
    return folder().resolve("host.sock");
  }

  /** Where gateways' files are tried, and where patches for owners of sources are put. */
  List<Path> work() {
    return List.of(stateDir.resolve("checks"), stateDir.resolve("write-back"));
  }

  /** The key pair that signs probes. */
  Path probeKey() {
    return stateDir.resolve("probe.key");
  }

  /**
   * Lets no executor host or plugin read the agent's pass.
   *
   * @param granted files and folders
   * @throws SetupException where one has it
   */
  public void keepPass(List<Path> granted) throws IOException, SetupException {
    var pass = real(real(stateDir).resolve(PASS));
    for (var path : granted) {
      if (pass.startsWith(real(path))) {
        throw new SetupException(
            "a host or plugin can't have %s, which contains %s: put sockets, pid files, sources and"
                    .formatted(path, pass)
                + " granted files into folders of their own");
      }
    }
  }

  /** Also of what isn't there yet. */
  private static Path real(Path path) throws IOException {
    var parent = path.toAbsolutePath().getParent();
    return Files.exists(path) || parent == null
        ? path.toRealPath()
        : real(parent).resolve(path.getFileName());
  }

  /**
   * @param user who is to own it; the agent's own changes nothing
   */
  void prepare(int user) throws IOException {
    var all = List.of(folder(), temporary());
    for (var folder : all) {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      own(folder, user);
    }
    for (var folder : work()) {
      Files.createDirectories(folder);
      own(folder, user);
    }
    own(probeKey(), user);
    Files.deleteIfExists(socket());
  }

  /** Only from the agent itself: what belongs to another user was put there by a person. */
  public static void own(Path file, int user) throws IOException {
    try {
      if (owner(file) == ownUser() && user != ownUser()) {
        Files.setAttribute(file, "unix:uid", user);
        Files.setAttribute(file, "unix:gid", user);
      }
    } catch (NoSuchFileException e) {
      // nothing there to give away
    }
  }

  /** The user of a host, where it has another than the agent, which root alone can give it. */
  public static OptionalInt separateUser(int configured) throws IOException {
    return ownUser() == 0 && configured != 0 ? OptionalInt.of(configured) : OptionalInt.empty();
  }

  public static int ownUser() throws IOException {
    return owner(Path.of("/proc/self"));
  }

  static int owner(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:uid");
  }
}
