package dev.deployclaw.skills.sheet;

import dev.deployclaw.policy.document.BoundedYamlReader;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.UnreadableDocumentException;
import dev.deployclaw.policy.document.YamlDialect;
import dev.deployclaw.policy.document.YamlDialect.YamlRemedies;
import java.util.Optional;

/**
 * The YAML of a skill, with the lines of the file that it was cut from. Anchors, aliases and tags
 * are refused; size, depth and count are capped.
 */
public final class SkillYaml {
  static final int MOST_CHARACTERS = 64 * 1024;

  /** Of a whole file, since the lines above are read as blank ones. */
  private static final YamlDialect SKILL =
      new YamlDialect(
          MOST_CHARACTERS + SourceText.MOST_BYTES,
          9, // eight structures, and what the innermost holds
          4000,
          false,
          new YamlRemedies("", "simplify it", "simplify it", "correct it"));

  private SkillYaml() {}

  /**
   * Parses a document; empty when a finding says why not.
   *
   * @param firstLine the line of the file on which the text starts
   */
  public static Optional<DocumentNode> parse(
      String text, int firstLine, DiagnosticCollector findings) {
    if (text.length() > MOST_CHARACTERS) {
      findings.error(firstLine, "the YAML is longer than 64 KiB", "shorten it");
      return Optional.empty();
    }
    try {
      return BoundedYamlReader.read("\n".repeat(firstLine - 1) + text, SKILL);
    } catch (UnreadableDocumentException e) {
      int line = Math.max(e.line(), firstLine);
      switch (e.fault()) {
        case ANCHOR ->
            findings.error(line, "YAML anchors and aliases aren't allowed", "write the value out");
        case TAG -> findings.error(line, "YAML tags aren't allowed", "write the value without !");
        case SIZE -> findings.error(line, "the YAML is too deep or too large", "simplify it");
        case SYNTAX, OTHER -> findings.error(line, unparsed(e), "correct it");
      }
      return Optional.empty();
    }
  }

  private static String unparsed(UnreadableDocumentException e) {
    return "the YAML can't be parsed: " + e.what().lines().findFirst().orElse("");
  }
}
