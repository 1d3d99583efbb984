package dev.deployclaw.container.plugin;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The command that starts a plugin. What runs are the bytes that were hashed: copies in a folder
 * that only the agent writes. A program that only root can change, as an interpreter of the system,
 * is hashed and runs where it is.
 *
 * @param words the command
 * @param folder where the copies lie
 */
record AdmittedProgram(List<String> words, Path folder) {
  private static final long MOST_BYTES = 256L << 20;
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  AdmittedProgram {
    words = List.copyOf(words);
  }

  /**
   * Hashes and copies.
   *
   * @param copies a folder that only the agent writes
   * @throws SetupException with every problem and its remedy
   */
  static AdmittedProgram admit(PluginConfig plugin, Path copies) throws SetupException {
    var program = plugin.program();
    var problems = new ArrayList<String>();
    var contents = new LinkedHashMap<Path, byte[]>();
    var hashes = new LinkedHashMap<Path, String>();
    hashes.put(program.path(), program.sha256());
    hashes.putAll(program.files());
    hashes.forEach((file, admitted) -> read(file, admitted, contents, problems));
    if (names(contents).size() < contents.size()) {
      problems.add("two files of plugin " + plugin.name() + " have one name; rename one");
    }
    if (!problems.isEmpty()) {
      throw new SetupException(String.join("\n", problems));
    }
    boolean inPlace = runsInPlace(program);
    var folder = copies.resolve(CanonicalJson.sha256(CanonicalJson.bytes(texts(hashes))));
    try {
      if (inPlace) {
        contents.remove(program.path());
      }
      copy(contents, folder, program.path());
    } catch (IOException e) {
      throw new SetupException(
          "plugin " + plugin.name() + " can't be copied: " + FileFault.words(e));
    }
    var words = new ArrayList<String>();
    words.add((inPlace ? real(program.path()) : beside(folder, program.path())).toString());
    program.arguments().forEach(word -> words.add(copied(word, program, folder)));
    return new AdmittedProgram(words, folder);
  }

  private static void read(
      Path file, String admitted, Map<Path, byte[]> contents, List<String> problems) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        problems.add(file + " is larger than 256 MiB; admit a smaller one");
        return;
      }
      byte[] bytes = Files.readAllBytes(file);
      String sha256 = CanonicalJson.sha256(bytes);
      contents.put(file, bytes);
      if (!sha256.equals(admitted)) {
        problems.add(
            "%s has SHA-256 %s, and admitted is %s; review the changes, then admit the new one"
                .formatted(file, sha256, admitted));
      }
    } catch (IOException e) {
      problems.add(
          file + " can't be read: " + FileFault.words(e) + "; correct the path under plugins");
    }
  }

  /** Not where it has files beside it, which are copied: it would read the others. */
  private static boolean runsInPlace(PluginConfig.Program program) {
    var folder = program.path().resolveSibling("");
    return onlyRootChanges(program.path())
        && program.files().keySet().stream().noneMatch(f -> f.resolveSibling("").equals(folder));
  }

  private static Path beside(Path folder, Path file) {
    return folder.resolve(file.getFileName());
  }

  /** A link could be turned. */
  private static Path real(Path file) throws SetupException {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      throw new SetupException(file + " can't be read: " + FileFault.words(e));
    }
  }

  /** Whether nobody but root can exchange it: neither the file, nor a folder above it. */
  static boolean onlyRootChanges(Path file) {
    try {
      for (Path at = file.toRealPath(); at != null; at = at.getParent()) {
        boolean roots = Integer.valueOf(0).equals(Files.getAttribute(at, "unix:uid"));
        var writers = Files.getPosixFilePermissions(at);
        if (!roots || writers.stream().anyMatch(OTHERS_WRITE::contains)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Nothing where the very copies are there already. */
  private static void copy(Map<Path, byte[]> contents, Path folder, Path program)
      throws IOException {
    if (same(contents, folder)) {
      return;
    }
    var parent = Files.createDirectories(folder.resolveSibling(""));
    var draft = Files.createTempDirectory(parent, "draft");
    for (var file : contents.entrySet()) {
      var copy = Files.write(draft.resolve(file.getKey().getFileName()), file.getValue());
      boolean runs = file.getKey().equals(program);
      Files.setPosixFilePermissions(
          copy, PosixFilePermissions.fromString(runs ? "r-xr-xr-x" : "r--r--r--"));
    }
    try {
      remove(folder);
      Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    } catch (IOException e) {
      remove(draft);
      if (!same(contents, folder)) {
        throw e; // else another agent was faster
      }
    }
  }

  private static boolean same(Map<Path, byte[]> contents, Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    for (var file : contents.entrySet()) {
      var copy = folder.resolve(file.getKey().getFileName());
      boolean there =
          Files.isRegularFile(copy)
              && CanonicalJson.sha256(Files.readAllBytes(copy))
                  .equals(CanonicalJson.sha256(file.getValue()));
      if (!there) {
        return false;
      }
    }
    try (var all = Files.list(folder)) {
      return all.count() == contents.size();
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    try (var all = Files.list(folder)) {
      for (Path file : all.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static String copied(String word, PluginConfig.Program program, Path folder) {
    return program.files().keySet().stream()
        .filter(file -> file.toString().equals(word))
        .findFirst()
        .map(file -> beside(folder, file).toString())
        .orElse(word);
  }

  private static Map<String, String> names(Map<Path, byte[]> contents) {
    var out = new TreeMap<String, String>();
    contents.keySet().forEach(p -> out.put(p.getFileName().toString(), p.toString()));
    return out;
  }

  private static Map<String, String> texts(Map<Path, String> hashes) {
    var out = new TreeMap<String, String>();
    hashes.forEach((file, hash) -> out.put(file.getFileName().toString(), hash));
    return out;
  }
}
