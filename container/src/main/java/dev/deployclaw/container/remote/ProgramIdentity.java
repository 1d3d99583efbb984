package dev.deployclaw.container.remote;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells builds of the program apart: an agent doesn't run commands of a client that was built from
 * other sources. Each build has a folder of its own, and in an image the sizes differ.
 */
public final class ProgramIdentity {
  /** A client sends its own among its environment. */
  static final String VARIABLE = "DEPLOYCLAW_PROGRAM";

  private ProgramIdentity() {}

  /**
   * Of this process, by its class path: with an AOT cache, classes don't know where they are from.
   */
  public static String own() {
    var path = System.getProperty("java.class.path");
    for (String entry : path.split(File.pathSeparator, -1)) {
      if (entry.startsWith("container", entry.lastIndexOf(File.separatorChar) + 1)) {
        return entry + " " + size(Path.of(entry));
      }
    }
    return path;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return -1;
    }
  }
}
