package dev.deployclaw.container.cli;

import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.parse.Problem;
import dev.deployclaw.policy.parse.Rights;
import dev.deployclaw.policy.parse.Source;
import dev.deployclaw.policy.parse.Sources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The policy documents of a file, or of a folder and what lies below it. */
final class PolicyFiles {
  private static final String HOME = "files";
  private static final Set<String> ENDINGS = Set.of(".yaml", ".yml", ".json");
  private static final int MOST_FILES = 200_000;
  private static final int DEEPEST = 8;

  /** A larger file is no policy document. */
  private static final long MOST_BYTES = 1 << 20;

  private PolicyFiles() {}

  /**
   * What was read.
   *
   * @param problems each with file, line and remedy; what they are about isn't in the set
   */
  record Read(PolicySet set, List<String> problems) {
    Read {
      problems = List.copyOf(problems);
    }
  }

  /**
   * @param from what files are named by in problems
   */
  static Read read(Path from, Path path) throws Unusable {
    var sources = new ArrayList<Source>();
    for (Path file : files(path)) {
      sources.add(source(from.relativize(file).toString(), file));
    }
    var collected = Sources.collect(sources, Rights.of(Map.of(HOME, Set.of(Rights.ANY))), Set.of());
    var set = PolicySet.of(collected.policies().values(), List.of(), "");
    return new Read(set, collected.problems().stream().map(Problem::text).toList());
  }

  private static List<Path> files(Path path) throws Unusable {
    if (Files.isRegularFile(path)) {
      return List.of(path);
    }
    try (var all = Files.walk(path, DEEPEST)) {
      var found = all.filter(PolicyFiles::isDocument).limit(MOST_FILES + 1L).sorted().toList();
      if (found.isEmpty() || found.size() > MOST_FILES) {
        throw new Unusable(
            path + ": " + (found.isEmpty() ? "no" : "too many") + " .yaml, .yml or .json files");
      }
      return found;
    } catch (IOException | UncheckedIOException e) {
      throw new Unusable(path + " can't be read: " + e.getMessage());
    }
  }

  private static boolean isDocument(Path file) {
    String name = file.getFileName().toString();
    return Files.isRegularFile(file) && ENDINGS.stream().anyMatch(name::endsWith);
  }

  private static Source source(String name, Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        return new Source.Malformed(name, HOME, "the file has more than " + MOST_BYTES + " bytes");
      }
      var bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      return new Source.Document(
          name, HOME, StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      return new Source.Malformed(name, HOME, "the file isn't UTF-8");
    } catch (IOException e) {
      return new Source.Unreadable(name, String.valueOf(e.getMessage()));
    }
  }
}
