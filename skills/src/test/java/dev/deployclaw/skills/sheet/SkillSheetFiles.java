package dev.deployclaw.skills.sheet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes skills for tests. */
public final class SkillSheetFiles {
  private SkillSheetFiles() {}

  /** A folder of that name with a SKILL.md of that text. */
  public static Path write(Path root, String name, String text) {
    return write(root, name, "SKILL.md", text.getBytes(StandardCharsets.UTF_8));
  }

  public static Path write(Path root, String name, String file, byte[] bytes) {
    try {
      var folder = Files.createDirectories(root.resolve(name));
      Files.write(folder.resolve(file), bytes);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A valid sheet with further front matter lines. */
  public static String sheet(String name, String... lines) {
    String more = lines.length == 0 ? "" : String.join("\n", lines) + "\n";
    return "---\nname: " + name + "\ndescription: Does a thing.\n" + more + "---\n# Body\n";
  }

  /** A skill whose body is a steps block, which starts on line 6 of the file. */
  public static SkillFile withSteps(Path root, String yaml) {
    String text = sheet("stepped") + "```deployclaw-steps\n" + yaml + "\n```\n";
    return SkillReader.read(write(root, "stepped", text)).skill().orElseThrow();
  }
}
