package dev.deployclaw.skills.sheet;

import dev.deployclaw.policy.json.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a skill: regular files only, no links, a bounded number. */
public final class SkillFolder {
  static final int MOST_FILES = 1000;
  static final long MOST_BYTES = 32L << 20;
  private static final int DEEPEST = 8;

  /** Files and folders together. */
  private static final int MOST_PATHS = 2 * MOST_FILES;

  private SkillFolder() {}

  /** The sheet: {@code SKILL.md}, else {@code skill.md}, by its exact name. */
  public static Optional<Path> sheet(Path folder) {
    var names = Stream.of("SKILL.md", "skill.md");
    try (var children = Files.list(folder)) {
      var present = children.map(p -> p.getFileName().toString()).toList();
      return names.filter(present::contains).findFirst().map(folder::resolve);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reports links, and folders that are too large to be hashed. */
  static void check(Path folder, DiagnosticCollector findings) {
    try (var walk = Files.walk(folder, DEEPEST)) {
      var paths = walk.limit(MOST_FILES + 1L).toList();
      paths.stream()
          .filter(Files::isSymbolicLink)
          .forEach(p ->
              findings.error(
                  0,
                  "symbolic link " + folder.relativize(p) + " is refused",
                  "replace it with the file itself"));
      if (paths.size() > MOST_FILES) {
        findings.error(0, "the folder holds more than 1000 files", "keep the skill small");
      }
    } catch (IOException e) {
      findings.error(0, "the folder can't be read: " + e.getMessage(), "make it readable");
    }
  }

  /**
   * What a folder hashes to.
   *
   * @param sha256 over the sorted relative paths and the hashes of all files: changes with any
   *     byte, name or file of the folder
   * @param files the hash of each, by its relative path
   */
  public record Hashed(String sha256, SortedMap<String, String> files) {
    public Hashed {
      files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }
  }

  /**
   * Hashes a folder. One that is too large is refused before any of its files is read, and no more
   * is read than the bound, even of a file that grows meanwhile.
   *
   * @throws IOException when a file can't be read, is a link, or the folder is too large
   */
  public static Hashed hash(Path folder) throws IOException {
    var files = files(folder);
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    bound(bytes, MOST_BYTES);
    var hashes = new TreeMap<String, String>();
    var out = new ByteArrayOutputStream();
    long left = MOST_BYTES;
    for (Path file : files) {
      String name = folder.relativize(file).toString().replace('\\', '/');
      byte[] content = read(file, left);
      left -= content.length;
      String sha256 = CanonicalJson.sha256(content);
      hashes.put(name, sha256);
      out.writeBytes((name + '\0' + sha256 + '\n').getBytes(StandardCharsets.UTF_8));
    }
    return new Hashed(CanonicalJson.sha256(out.toByteArray()), hashes);
  }

  private static void bound(long bytes, long most) throws IOException {
    if (bytes > most) {
      throw new IOException("the folder holds more than 32 MiB");
    }
  }

  private static byte[] read(Path file, long most) throws IOException {
    try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] content = in.readNBytes((int) most + 1);
      bound(content.length, most);
      return content;
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (var walk = Files.walk(folder, DEEPEST)) {
      var paths = walk.limit(MOST_PATHS + 1L).toList();
      var files = paths.stream().filter(p -> !isFolder(p)).toList();
      if (paths.size() > MOST_PATHS || files.size() > MOST_FILES) {
        throw new IOException("the folder has too many files");
      }
      if (files.stream().anyMatch(Files::isSymbolicLink)) {
        throw new IOException("the folder holds links");
      }
      int root = folder.getNameCount();
      if (paths.stream().anyMatch(p -> isFolder(p) && p.getNameCount() - root >= DEEPEST)) {
        throw new IOException("the folder has subfolders more than 7 levels deep");
      }
      return files.stream().sorted(Comparator.comparing(Path::toString)).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }
}
