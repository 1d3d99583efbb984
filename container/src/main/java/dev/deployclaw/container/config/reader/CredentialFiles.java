package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of credentials that sections name: opened by the process that acts with them, and only
 * noted by the other.
 *
 * @param folder against which paths are resolved
 * @param opens whether this process acts with them
 * @param noted all that were named
 */
record CredentialFiles(Path folder, boolean opens, List<Path> noted) {

  Path path(String written) {
    return folder.resolve(written).normalize();
  }

  Path noted(String written) {
    var file = path(written);
    noted.add(file);
    return file;
  }

  /** The secret under a key, or a placeholder of one that another process holds. */
  SecretValue secret(ConfigSection f, String key) {
    f.optional(key + "File").ifPresent(this::noted);
    return opens ? f.secret(key, this::content) : f.withheld(key);
  }

  /** Hides the lines of a file from now on. */
  void learnLines(Path file) {
    if (opens) {
      SecretRegistry.learnLines(file);
    }
  }

  void learnKubeconfig(Path file) {
    if (opens) {
      SecretRegistry.learnKubeconfig(file);
    }
  }

  Optional<String> content(String file) {
    try {
      return Optional.of(Files.readString(path(file)).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
