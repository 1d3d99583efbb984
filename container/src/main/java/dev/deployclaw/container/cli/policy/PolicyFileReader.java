package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.BoundedTextFile;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.source.CollectedPolicies;
import dev.deployclaw.policy.source.PolicyCollector;
import dev.deployclaw.policy.source.PolicySource;
import dev.deployclaw.policy.source.TenantDefinitionRights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The policy documents of a file, or of a folder and what lies below it. */
final class PolicyFileReader {
  /** Files that a person names may define whom they like. */
  private static final String HOME = "files";

  private static final TenantDefinitionRights ANY_TENANT =
      TenantDefinitionRights.of(Map.of(HOME, Set.of(TenantDefinitionRights.ANY)));
  private static final Set<String> ENDINGS = Set.of(".yaml", ".yml", ".json");
  private static final int MOST_FILES = 200_000;
  private static final int DEEPEST = 8;

  /** A larger file is no policy document. */
  private static final int MOST_BYTES = 1 << 20;

  private PolicyFileReader() {}

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
  static Read read(Path from, Path path) throws SetupException {
    var collected = collect(files(path), file -> source(from.relativize(file).toString(), file));
    var set = PolicySet.of(collected.policies().values(), List.of(), "");
    return new Read(set, collected.problems().stream().map(DocumentProblem::text).toList());
  }

  /** One after the other: however many they are, one text is held at a time. */
  static CollectedPolicies collect(List<Path> files, Function<Path, PolicySource> read) {
    Iterable<PolicySource> sources = () -> files.stream().map(read).iterator();
    return PolicyCollector.collect(sources, ANY_TENANT, Set.of());
  }

  private static List<Path> files(Path path) throws SetupException {
    if (Files.isRegularFile(path)) {
      return List.of(path);
    }
    try (var all = Files.walk(path, DEEPEST)) {
      var found = all.filter(PolicyFileReader::isDocument).limit(MOST_FILES + 1L).sorted().toList();
      if (found.isEmpty() || found.size() > MOST_FILES) {
        throw new SetupException(
            path + ": " + (found.isEmpty() ? "no" : "too many") + " .yaml, .yml or .json files");
      }
      return found;
    } catch (IOException | UncheckedIOException e) {
      throw new SetupException(path + " can't be read: " + e.getMessage());
    }
  }

  private static boolean isDocument(Path file) {
    String name = file.getFileName().toString();
    return Files.isRegularFile(file) && ENDINGS.stream().anyMatch(name::endsWith);
  }

  /** A document that is too long, or no text, is wrong; one that can't be read is unknown. */
  static PolicySource source(String name, Path file) {
    try {
      return new PolicySource.Document(name, HOME, BoundedTextFile.read(file, MOST_BYTES));
    } catch (BoundedTextFile.TooLong e) {
      return new PolicySource.Malformed(name, HOME, String.valueOf(e.getMessage()));
    } catch (CharacterCodingException e) {
      return new PolicySource.Malformed(name, HOME, "the file isn't UTF-8");
    } catch (IOException e) {
      return new PolicySource.Unreadable(name, e.toString());
    }
  }
}
