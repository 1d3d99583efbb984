package dev.deployclaw.skills;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The skills that come with the agent, packaged as resources of this module. */
public final class BuiltInSkills {
  private static final String ROOT = "builtin/";
  private static final String INDEX = "index.txt";

  private BuiltInSkills() {}

  /** The packaged files, by their path below a skills folder; the lock file among them. */
  public static List<String> files() throws IOException {
    try (var index = open(INDEX)) {
      return new String(index.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .toList();
    }
  }

  /**
   * Writes the packaged skills into a folder, which is made when absent; files of the same name are
   * replaced. Then {@code folder} is a scope like any other.
   */
  public static void unpack(Path folder) throws IOException {
    for (String file : files()) {
      var to = folder.resolve(file);
      Files.createDirectories(to.getParent());
      try (var in = open(file)) {
        Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static InputStream open(String file) throws IOException {
    var in = BuiltInSkills.class.getResourceAsStream(ROOT + file);
    if (in == null) {
      throw new IOException("the packaged skill file " + file + " is missing");
    }
    return in;
  }
}
