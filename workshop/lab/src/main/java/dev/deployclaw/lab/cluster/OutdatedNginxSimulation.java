package dev.deployclaw.lab.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An NGINX that was built without {@code auth_request}: the directive is written so that no NGINX
 * knows it, and this one's own words for that are turned back.
 */
final class OutdatedNginxSimulation {
  private static final String DIRECTIVE = "auth_request";
  private static final String UNKNOWN = "auth_request_unknown";

  private OutdatedNginxSimulation() {}

  /** Below a pod's folder. */
  static void make(Path home) {
    try (var files = Files.find(home, 6, (path, _) -> path.toString().endsWith(".conf"))) {
      for (Path file : files.toList()) {
        String text = Files.readString(file);
        Files.writeString(file, text.replaceAll("\\b" + DIRECTIVE + " ", UNKNOWN + " "));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String words(String said) {
    return said.replace(UNKNOWN, DIRECTIVE);
  }
}
