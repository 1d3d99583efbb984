package dev.deployclaw.container.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The operating system's user, by the kernel's word: the owner of this process. The JVM's property
 * {@code user.name} can be set by who starts it, so it says nothing of who approves.
 */
final class SystemUser {
  private static final Path PROCESS = Path.of("/proc/self");

  private SystemUser() {}

  /** By its name, or its number where it has none; {@code unknown} where the kernel doesn't say. */
  static String name() {
    try {
      return Files.getOwner(PROCESS).getName();
    } catch (IOException | UnsupportedOperationException e) {
      return "unknown";
    }
  }
}
