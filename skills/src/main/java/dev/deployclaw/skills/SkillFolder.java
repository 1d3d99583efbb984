package dev.deployclaw.skills;

import dev.deployclaw.policy.json.Canonical;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of a skill: regular files only, no links, a bounded number. */
final class SkillFolder {
  static final int MOST_FILES = 1000;
  static final long MOST_BYTES = 32L << 20;
  private static final int DEEPEST = 8;

  private SkillFolder() {}

  /** The sheet: {@code SKILL.md}, else {@code skill.md}, by its exact name. */
  static Optional<Path> sheet(Path folder) {
    var names = Stream.of("SKILL.md", "skill.md");
    try (var children = Files.list(folder)) {
      var present = children.map(p -> p.getFileName().toString()).toList();
      return names.filter(present::contains).findFirst().map(folder::resolve);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reports links, and folders that are too large to be hashed. */
  static void check(Path folder, Findings findings) {
    try (var walk = Files.walk(folder, DEEPEST)) {
      var paths = walk.limit(MOST_FILES + 1L).toList();
      paths.stream()
          .filter(Files::isSymbolicLink)
          .forEach(p ->
              findings.error(
                  0,
                  "symbolic link " + folder.relativize(p) + " is refused",
                  "replace it by the file itself"));
      if (paths.size() > MOST_FILES) {
        findings.error(0, "the folder holds more than 1000 files", "keep the skill small");
      }
    } catch (IOException e) {
      findings.error(0, "the folder can't be read: " + e.getMessage(), "make it readable");
    }
  }

  /**
   * SHA-256 over the sorted relative paths and the hashes of all files; changes with any byte, name
   * or file of the folder.
   *
   * @throws IOException when a file can't be read, is a link, or the folder is too large
   */
  static String hash(Path folder) throws IOException {
    var out = new ByteArrayOutputStream();
    long left = MOST_BYTES;
    for (Path file : files(folder)) {
      left -= Files.size(file);
      if (left < 0) {
        throw new IOException("the folder holds more than 32 MiB");
      }
      String name = folder.relativize(file).toString().replace('\\', '/');
      String line = name + '\0' + Canonical.sha256(Files.readAllBytes(file)) + '\n';
      out.writeBytes(line.getBytes(StandardCharsets.UTF_8));
    }
    return Canonical.sha256(out.toByteArray());
  }

  private static List<Path> files(Path folder) throws IOException {
    try (var walk = Files.walk(folder, DEEPEST)) {
      var paths = walk.filter(p -> !Files.isDirectory(p)).limit(MOST_FILES + 1L).toList();
      if (paths.size() > MOST_FILES || paths.stream().anyMatch(Files::isSymbolicLink)) {
        throw new IOException("the folder holds links or too many files");
      }
      return paths.stream().sorted(Comparator.comparing(Path::toString)).toList();
    }
  }
}
