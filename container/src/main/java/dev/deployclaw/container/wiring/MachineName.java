package dev.deployclaw.container.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine that this process runs on; in a container, the container. */
public final class MachineName {
  private static final Path NAME = Path.of("/proc/sys/kernel/hostname");

  private MachineName() {}

  /** As the kernel says, without asking any name server. */
  public static String name() {
    try {
      return Files.readString(NAME).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
