package dev.deployclaw.container.skill;

import dev.deployclaw.skills.SkillCatalogue;
import dev.deployclaw.skills.SkillLock;
import dev.deployclaw.skills.SkillScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Skills as operators write them. */
public final class SkillSheets {
  private SkillSheets() {}

  /** A sound skill that serves scans; returns its folder. */
  public static Path sound(Path root, String name, String action) {
    return scanning(root, name, action, "allowed-tools: redis.topology policies.read");
  }

  /** The same, with another line of {@code allowed-tools}; empty for none. */
  public static Path declaring(Path root, String name, String line) {
    return scanning(root, name, "Looking my way", line);
  }

  private static Path scanning(Path root, String name, String action, String line) {
    String text =
        """
        ---
        name: %s
        description: Scans, in the operator's own words.
        metadata:
          deployclaw.serves: scan
        %s
        ---
        # Body
        ```deployclaw-steps
        - id: look
          action: %s
          operations: [redis.topology, policies.read]
        ```
        """
            .formatted(name, line, action);
    return write(root, name, text);
  }

  /** One whose only step asks for this, as it declares. */
  public static Path stepping(Path root, String name, String operation) {
    var sound = sound(root, name, "Looking my way");
    try {
      String text = Files.readString(sound.resolve("SKILL.md"));
      return write(root, name, text.replace("redis.topology", operation));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pins as somebody would who writes the lock file without our validation. */
  public static void pinAnyway(Path root) throws IOException {
    var skills =
        SkillCatalogue.discover(List.of(new SkillScope("mine", root))).skills().values().stream()
            .map(SkillCatalogue.Entry::skill)
            .toList();
    SkillLock.pin(skills, ConfiguredOperatorPolicy.KERNEL).write(root.resolve(SkillLock.FILE));
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
