package dev.deployclaw.container.remote;

import java.io.IOException;
import java.net.URISyntaxException;
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

  /** Of this process. */
  public static String own() {
    try {
      var source = ProgramIdentity.class.getProtectionDomain().getCodeSource();
      var file = Path.of(source.getLocation().toURI());
      return file + " " + Files.size(file);
    } catch (IOException | URISyntaxException e) {
      return "unknown";
    }
  }
}
