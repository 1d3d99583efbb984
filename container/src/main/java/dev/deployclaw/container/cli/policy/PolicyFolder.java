package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Policy documents as files: one file a tenant, in a folder. */
final class PolicyFolder {
  private static final int MOST_FILES = 100_000;
  private static final List<String> ENDINGS = List.of(".yaml", ".yml", ".json");

  private PolicyFolder() {}

  /**
   * What a file, or all files of a folder and of those below it, define.
   *
   * @throws SetupException where it isn't there, can't be listed, or holds too many files
   */
  static CollectedPolicies read(Path place) throws SetupException {
    return PolicyFileReader.collect(
        files(place), file -> PolicyFileReader.source(file.toString(), file));
  }

  /**
   * Writes a document for each policy. Nothing is overwritten: where one of the files is there
   * already, none is written.
   */
  static List<Path> write(Path folder, List<TenantPolicy> policies) throws SetupException {
    var files = policies.stream().map(p -> folder.resolve(p.tenant() + ".yaml")).toList();
    for (Path file : files) {
      if (Files.exists(file)) {
        throw new SetupException(file + " is there already; give a new folder, or move it away");
      }
    }
    try {
      Files.createDirectories(folder);
      for (int i = 0; i < files.size(); i++) {
        String text = PolicyYamlWriter.yaml(policies.get(i));
        Files.writeString(files.get(i), text, StandardOpenOption.CREATE_NEW);
      }
      return files;
    } catch (FileAlreadyExistsException e) {
      throw new SetupException(
          e.getFile() + " is there already; give a new folder, or move it away");
    } catch (IOException e) {
      throw FileFault.unwritable(folder, e);
    }
  }

  private static List<Path> files(Path place) throws SetupException {
    if (!Files.exists(place)) {
      throw new SetupException(
          place + " is not there; give a file or a folder of policy documents");
    }
    try (Stream<Path> all = Files.walk(place)) {
      var files =
          all.filter(Files::isRegularFile)
              .filter(f -> f.equals(place) || ENDINGS.stream().anyMatch(f.toString()::endsWith))
              .limit(MOST_FILES + 1L)
              .sorted()
              .toList();
      if (files.size() > MOST_FILES) {
        throw new SetupException(place + " holds more than " + MOST_FILES + " files; give fewer");
      }
      return files;
    } catch (IOException e) {
      throw new SetupException(
          place + " can't be listed: " + FileFault.words(e) + "; check its permissions");
    }
  }
}
