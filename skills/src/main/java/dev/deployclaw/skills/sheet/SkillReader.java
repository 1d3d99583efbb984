package dev.deployclaw.skills.sheet;

import dev.deployclaw.policy.document.DocumentNode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads one skill leniently, as a client should: what can be used is loaded, and everything that is
 * wrong is told with its line. Pure but for reading the folder.
 */
public final class SkillReader {
  private static final Pattern ENTRY = Pattern.compile("^([A-Za-z][\\w-]*):\\s+(\\S.*: .*)$");

  private SkillReader() {}

  /**
   * What came of it.
   *
   * @param skill empty exactly when a diagnostic is an error
   */
  public record Reading(Optional<SkillFile> skill, List<SkillDiagnostic> diagnostics) {
    public Reading {
      diagnostics = List.copyOf(diagnostics);
    }
  }

  public static Reading read(Path folderOrFile) {
    var path = folderOrFile.toAbsolutePath().normalize();
    var folder = isSheet(path) ? path.resolveSibling("") : path;
    var findings = new DiagnosticCollector(folder);
    var sheet = sheet(folder, findings);
    if (sheet.isEmpty()) {
      return new Reading(Optional.empty(), findings.all());
    }
    var inSheet = new DiagnosticCollector(sheet.get());
    var skill = read(folder, sheet.get(), inSheet);
    findings.add(inSheet.all());
    return new Reading(findings.loadable() ? skill : Optional.empty(), findings.all());
  }

  private static boolean isSheet(Path path) {
    return Files.isRegularFile(path)
        && String.valueOf(path.getFileName()).equalsIgnoreCase("SKILL.md");
  }

  private static Optional<Path> sheet(Path folder, DiagnosticCollector findings) {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      findings.error(0, "the path doesn't exist", "name the skill's folder");
    } else if (Files.isSymbolicLink(folder)) {
      findings.error(0, "the folder is a symbolic link", "name the folder itself");
    } else if (!Files.isDirectory(folder)) {
      findings.error(0, "the path isn't a directory", "name the skill's folder");
    } else {
      SkillFolder.check(folder, findings);
    }
    if (!findings.loadable()) {
      return Optional.empty();
    }
    var sheet = SkillFolder.sheet(folder);
    if (sheet.isEmpty()) {
      findings.error(0, "there is no SKILL.md", "add a SKILL.md (in capitals)");
    } else if (sheet.get().endsWith("skill.md")) {
      findings.warning(0, "the file is named skill.md", "rename it to SKILL.md");
    }
    return sheet;
  }

  private static Optional<SkillFile> read(Path folder, Path sheet, DiagnosticCollector findings) {
    var text = SourceText.read(sheet, findings);
    var front = text.flatMap(t -> FrontMatter.split(t, findings));
    if (front.isEmpty()) {
      return Optional.empty();
    }
    var fields = parse(front.get(), findings).flatMap(node -> FrontMatterFields.of(node, findings));
    FolderLinkCheck.check(front.get(), findings);
    return fields.map(f -> {
      f.check(folder, findings);
      return f.skill(folder, sheet, front.get(), text.get().sha256());
    });
  }

  /** YAML first; then once more with the values that hold an unquoted colon quoted. */
  private static Optional<DocumentNode> parse(FrontMatter front, DiagnosticCollector findings) {
    var first = new DiagnosticCollector(Path.of(""));
    String text = String.join("\n", front.yaml());
    var node = SkillYaml.parse(text, front.yamlLine(), first);
    if (node.isPresent() || first.all().isEmpty()) {
      return node;
    }
    var quoted = front.yaml().stream().map(SkillReader::quoted).toList();
    var recovered =
        SkillYaml.parse(
            String.join("\n", quoted), front.yamlLine(), new DiagnosticCollector(Path.of("")));
    if (recovered.isEmpty()) {
      first.all().forEach(d -> findings.error(d.line(), d.message(), d.remedy()));
      return recovered;
    }
    for (int i = 0; i < quoted.size(); i++) {
      if (!quoted.get(i).equals(front.yaml().get(i))) {
        findings.violation(
            front.yamlLine() + i, "the value holds an unquoted \": \"", "put it in quotes");
      }
    }
    return recovered;
  }

  private static String quoted(String line) {
    var entry = ENTRY.matcher(line);
    if (!entry.matches() || "\"'|>[{&*!".indexOf(entry.group(2).charAt(0)) >= 0) {
      return line;
    }
    return entry.group(1) + ": '" + entry.group(2).replace("'", "''") + "'";
  }

  /**
   * The links in a skill's body: those that leave its folder are reported; reading them is refused.
   */
  private static final class FolderLinkCheck {
    private static final Pattern LINK = Pattern.compile("\\]\\(<?([^)>\\s]+)");
    private static final int LONGEST_BODY = 500;

    static void check(FrontMatter front, DiagnosticCollector findings) {
      if (front.body().size() > LONGEST_BODY) {
        findings.warning(
            front.bodyLine(), "the body is longer than 500 lines", "move detail into references/");
      }
      var fence = new CodeFence();
      for (int i = 0; i < front.body().size(); i++) {
        String line = front.body().get(i);
        if (fence.covers(line)) {
          continue;
        }
        var link = LINK.matcher(line);
        while (link.find()) {
          if (leaves(link.group(1))) {
            findings.violation(
                front.bodyLine() + i,
                "the reference " + link.group(1) + " leaves the skill's folder",
                "bring the file into the folder");
          }
        }
      }
    }

    /** Whether a link target is a path that climbs out or starts at a root. */
    static boolean leaves(String target) {
      if (target.startsWith("#") || target.matches("(?i)(https?|mailto):.*")) {
        return false;
      }
      if (target.startsWith("/") || target.startsWith("~") || target.matches("[A-Za-z]+:.*")) {
        return true;
      }
      int depth = 0;
      for (String part : target.split("[/\\\\]", -1)) {
        depth += part.equals("..") ? -1 : part.equals(".") || part.isEmpty() ? 0 : 1;
        if (depth < 0) {
          return true;
        }
      }
      return false;
    }
  }
}
