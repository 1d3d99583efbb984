package dev.deployclaw.container.wiring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Skills as operators write them. */
public final class Sheets {
  private Sheets() {}

  /** A sound skill that serves scans; returns its folder. */
  public static Path sound(Path root, String name, String action) {
    String text =
        """
        ---
        name: %s
        description: Scans, in the operator's own words.
        metadata:
          deployclaw.serves: scan
        allowed-tools: redis.topology policies.read
        ---
        # Body
        ```deployclaw-steps
        - id: look
          action: %s
          operations: [redis.topology, policies.read]
        ```
        """
            .formatted(name, action);
    return write(root, name, text);
  }

  public static Path write(Path root, String name, String text) {
    try {
      var folder = Files.createDirectories(root.resolve(name));
      Files.writeString(folder.resolve("SKILL.md"), text);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
