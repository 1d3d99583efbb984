package dev.deployclaw.skills.sheet;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A skill as it was read from its folder. Immutable.
 *
 * @param folder where it lies; its own files are relative to it
 * @param file the SKILL.md
 * @param name in NFKC
 * @param body the Markdown after the front matter, line by line
 * @param bodyLine the line of the file on which the body starts, from 1
 * @param sha256 of the SKILL.md's bytes
 */
public record SkillFile(
    Path folder,
    Path file,
    String name,
    String description,
    Optional<String> license,
    Optional<String> compatibility,
    SortedMap<String, String> metadata,
    AllowedTools allowedTools,
    List<String> body,
    int bodyLine,
    String sha256) {

  /** The metadata key whose words are the operations of requests that the skill serves. */
  public static final String SERVES = "deployclaw.serves";

  public SkillFile {
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    body = List.copyOf(body);
  }

  /** Whether it says that it carries out requests of this operation ({@code set-limit}). */
  public boolean serves(String operation) {
    var words = metadata.getOrDefault(SERVES, "").split("\\s+", -1);
    return List.of(words).contains(operation);
  }
}
