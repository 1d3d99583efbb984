package dev.deployclaw.skills;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

/** The skills that come with the agent, packaged as resources of this module. */
public final class BuiltInSkills {
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
   * Makes a folder hold the packaged skills, so that it is a scope like any other. A file that is
   * as packaged isn't touched, another is replaced in one step: somebody may read it right now.
   */
  public static void unpack(Path folder) throws IOException {
    for (String file : files()) {
      byte[] packaged;
      try (var in = open(file)) {
        packaged = in.readAllBytes();
      }
      var to = folder.resolve(file);
      if (!Files.exists(to) || !Arrays.equals(Files.readAllBytes(to), packaged)) {
        replace(to, packaged, folder);
      }
    }
  }

  /** Written beside the skills' folders, where nothing is read as a skill. */
  private static void replace(Path file, byte[] content, Path folder) throws IOException {
    Files.createDirectories(file.getParent());
    var fresh = Files.createTempFile(folder, ".skill", ".new");
    Files.write(fresh, content);
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static InputStream open(String file) throws IOException {
    var in = BuiltInSkills.class.getResourceAsStream("builtin/" + file);
    if (in == null) {
      throw new IOException("the packaged skill file " + file + " is missing");
    }
    return in;
  }
}
