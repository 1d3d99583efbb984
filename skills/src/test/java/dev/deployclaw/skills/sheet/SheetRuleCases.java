package dev.deployclaw.skills.sheet;

import dev.deployclaw.skills.sheet.SkillDiagnostic.Severity;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Every rule of a sheet: a case that breaks it, and a near miss that doesn't. */
final class SheetRuleCases {
  private static final String LISTED = "allowed-tools: redis.scan";

  private final List<Rule> all = new ArrayList<>();

  private SheetRuleCases() {
    place();
    frontMatter();
    yaml();
    name();
    fields();
    bytes();
    body();
    steps();
  }

  /**
   * @param id as the guide's table spells it
   * @param message what the diagnostic says, in part
   * @param broken makes the case in an empty folder, and gives what is to be validated
   * @param near makes the near miss
   */
  record Rule(
      String id,
      Severity severity,
      String message,
      UnaryOperator<Path> broken,
      UnaryOperator<Path> near) {
    @Override
    public String toString() {
      return id;
    }
  }

  static List<Rule> all() {
    return List.copyOf(new SheetRuleCases().all);
  }

  private void place() {
    error("path-exists", "doesn't exist", r -> r.resolve("none"), tiny());
    error(
        "path-directory",
        "isn't a directory",
        r -> SkillSheetFiles.write(r, "tiny", "notes.txt", new byte[0]).resolve("notes.txt"),
        r -> sheet(r, "tiny").resolve("SKILL.md"));
    error(
        "sheet-present",
        "there is no SKILL.md",
        r -> named(r, "README.md"),
        r -> named(r, "skill.md"));
    error("sheet-spelling", "there is no SKILL.md", r -> named(r, "Skill.md"), tiny());
    error(
        "no-links",
        "symbolic link",
        r -> linked(sheet(r, "tiny"), true),
        r -> linked(sheet(r, "tiny"), false));
  }

  private void frontMatter() {
    error("front-matter-first", "no front matter", text("# Title\n" + tinySheet()), tiny());
    violation(
        "front-matter-blank", "there are blank lines before", text("\n" + tinySheet()), tiny());
    violation("front-matter-bom", "byte order mark", text("\uFEFF" + tinySheet()), tiny());
    error(
        "front-matter-closed",
        "isn't closed",
        text("---\nname: tiny\ndescription: from a --- to b\n"),
        text("---\nname: tiny\ndescription: from a---b\n---\n"));
  }

  private void yaml() {
    error("yaml-parses", "can't be parsed", lines("metadata: ["), lines("metadata:", "  a: ']['"));
    error("yaml-mapping", "isn't a mapping", text("---\n- name: tiny\n---\n"), text(tinySheet()));
    violation(
        "yaml-doubled",
        "license is given twice",
        lines("license: MIT", "license: MIT"),
        lines("license: MIT", "metadata:", "  license: MIT"));
    violation(
        "yaml-flow", "flow style", lines("metadata: {a: b}"), lines("metadata:", "  a: '{a: b}'"));
    error(
        "yaml-anchors",
        "anchors and aliases",
        lines("license: &a MIT", "compatibility: *a"),
        lines("license: 'R&D *all*'"));
    error("yaml-tags", "YAML tags", lines("license: !!str MIT"), lines("license: '!!str MIT'"));
    error(
        "yaml-depth",
        "too deep or too large",
        lines("metadata: " + "[".repeat(9) + "]".repeat(9)),
        lines("metadata: " + "[".repeat(6) + "]".repeat(6)));
    error(
        "yaml-size",
        "longer than 64 KiB",
        lines("license: " + "x".repeat(66_000)),
        lines("license: " + "x".repeat(64_000)));
    violation(
        "yaml-colon",
        "unquoted \": \"",
        text("---\nname: tiny\ndescription: Use it when: always\n---\n"),
        text("---\nname: tiny\ndescription: 'Use it when: always'\n---\n"));
  }

  private void name() {
    violation("name-present", "name is missing", text("---\ndescription: x\n---\n"), tiny("123"));
    violation("name-length", "longer than 64", tiny("a".repeat(65)), tiny("a".repeat(64)));
    violation("name-small", "capital letters", tiny("НАВЫК"), tiny("мой-навык"));
    violation("name-edges", "starts or ends with a hyphen", tiny("tiny-"), tiny("ti-ny"));
    violation("name-hyphens", "two hyphens in a row", tiny("ti--ny"), tiny("t-i-n-y"));
    violation("name-characters", "characters other than", tiny("my_skill"), tiny("技能"));
    violation(
        "name-folder",
        "differs from the folder's name",
        r -> SkillSheetFiles.write(r, "this", SkillSheetFiles.sheet("that")),
        r -> SkillSheetFiles.write(r, "cafe\u0301", SkillSheetFiles.sheet("caf\u00e9")));
    warning("name-lookalike", "can be confused", tiny("g\u043E\u043Ed"), tiny("навык"));
    warning(
        "name-forms",
        "contains look-alike characters",
        r -> SkillSheetFiles.write(r, "fix", SkillSheetFiles.sheet("\uFB01x")),
        tiny("fix"));
  }

  private void fields() {
    violation(
        "field-known",
        "unexpected field allowed_tools",
        lines("allowed_tools: Read"),
        lines("metadata:", "  allowed_tools: Read"));
    error(
        "description-present",
        "description is missing or empty",
        text("---\nname: tiny\ndescription: '  '\n---\n"),
        text("---\nname: tiny\ndescription: x\n---\n"));
    violation(
        "description-length",
        "1025 characters",
        text("---\nname: tiny\ndescription: " + "x".repeat(1025) + "\n---\n"),
        text("---\nname: tiny\ndescription: " + "\uD83D\uDE00".repeat(1024) + "\n---\n"));
    violation(
        "license-text", "license isn't text", lines("license:", "  - a"), lines("license: a"));
    violation(
        "compatibility-length",
        "1 to 500",
        lines("compatibility: " + "x".repeat(501)),
        lines("compatibility: " + "x".repeat(500)));
    violation(
        "compatibility-empty", "1 to 500", lines("compatibility: ''"), lines("compatibility: x"));
    violation(
        "metadata-mapping",
        "metadata isn't a mapping",
        lines("metadata: a"),
        lines("metadata:", "  a: b"));
    violation(
        "metadata-flat",
        "metadata a isn't text",
        lines("metadata:", "  a:", "    b: c"),
        lines("metadata:", "  a: 1.0"));
    violation(
        "tools-text",
        "allowed-tools isn't text",
        lines("allowed-tools:", "  - Read"),
        lines("allowed-tools: Read"));
    violation(
        "tools-parentheses",
        "don't balance",
        lines("allowed-tools: Bash(git *"),
        lines("allowed-tools: Bash(git *) Read"));
  }

  private void bytes() {
    error(
        "text-utf8",
        "isn't UTF-8",
        r -> raw(r, (tinySheet() + "caf\u00e9").getBytes(StandardCharsets.ISO_8859_1)),
        text(tinySheet() + "caf\u00e9"));
    error("text-nul", "NUL byte", text(tinySheet() + "\0"), text(tinySheet() + "\u2400"));
    warning("text-ends", "carriage returns", text(tinySheet().replace("\n", "\r\n")), tiny());
    error(
        "text-size",
        "larger than 1 MiB",
        r -> grown(sheet(r, "tiny"), 100L << 20),
        text(tinySheet() + "x".repeat(900_000)));
  }

  private void body() {
    violation(
        "reference-inside",
        "leaves the skill's folder",
        text(tinySheet() + "[it](references/../../secret)\n"),
        text(tinySheet() + "[it](references/../secret)\n"));
    warning(
        "body-length",
        "longer than 500 lines",
        text(tinySheet() + "x\n".repeat(500)),
        text(tinySheet() + "x\n".repeat(499)));
  }

  private void steps() {
    violation(
        "steps-present",
        "serves operations but has no steps block",
        lines("metadata:", "  deployclaw.serves: scan"),
        lines("metadata:", "  deployclaw.version: scan"));
    error(
        "steps-closed",
        "isn't closed",
        text(tinySheet() + "```deployclaw-steps\n"),
        stepped("redis.scan"));
    error(
        "steps-one",
        "second steps block",
        text(tinySheet() + block("redis.scan") + block("redis.scan")),
        text(tinySheet() + block("redis.scan") + "```yaml\n- a\n```\n"));
    error(
        "steps-list", "isn't a list", text(tinySheet() + fenced("a: b\n")), stepped("redis.scan"));
    error("steps-operation", "holds \"redis\"", stepped("redis"), stepped("redis.scan"));
    error(
        "steps-kernel",
        "kernel has no operation",
        stepped("policies.write"),
        stepped("policies.read"));
    error(
        "steps-tools",
        "which allowed-tools doesn't name",
        text(SkillSheetFiles.sheet("tiny", LISTED) + block("redis.clock")),
        text(SkillSheetFiles.sheet("tiny", LISTED) + block("redis.scan")));
    error(
        "steps-checkpoint",
        "without a checkpoint step before it",
        stepped("change.commit"),
        stepped("change.stage"));
  }

  private void error(String id, String says, UnaryOperator<Path> broken, UnaryOperator<Path> near) {
    all.add(new Rule(id, Severity.ERROR, says, broken, near));
  }

  private void violation(
      String id, String says, UnaryOperator<Path> broken, UnaryOperator<Path> near) {
    all.add(new Rule(id, Severity.VIOLATION, says, broken, near));
  }

  private void warning(
      String id, String says, UnaryOperator<Path> broken, UnaryOperator<Path> near) {
    all.add(new Rule(id, Severity.WARNING, says, broken, near));
  }

  private static UnaryOperator<Path> tiny() {
    return tiny("tiny");
  }

  private static UnaryOperator<Path> tiny(String name) {
    return r -> sheet(r, name);
  }

  private static UnaryOperator<Path> text(String text) {
    return r -> SkillSheetFiles.write(r, "tiny", text);
  }

  private static UnaryOperator<Path> lines(String... lines) {
    return text(SkillSheetFiles.sheet("tiny", lines));
  }

  private static UnaryOperator<Path> stepped(String operation) {
    return text(tinySheet() + block(operation));
  }

  private static String block(String operation) {
    return fenced("- id: look\n  action: Looking\n  operations: [" + operation + "]\n");
  }

  private static String fenced(String yaml) {
    return "```deployclaw-steps\n" + yaml + "```\n";
  }

  private static String tinySheet() {
    return SkillSheetFiles.sheet("tiny");
  }

  private static Path sheet(Path root, String name) {
    return SkillSheetFiles.write(root, name, SkillSheetFiles.sheet(name));
  }

  private static Path named(Path root, String file) {
    return SkillSheetFiles.write(root, "tiny", file, tinySheet().getBytes(StandardCharsets.UTF_8));
  }

  private static Path raw(Path root, byte[] bytes) {
    return SkillSheetFiles.write(root, "tiny", "SKILL.md", bytes);
  }

  private static Path linked(Path folder, boolean symbolic) {
    try {
      var target = Files.writeString(folder.resolve("a.txt"), "a");
      var link = folder.resolve("b.txt");
      if (symbolic) {
        Files.createSymbolicLink(link, target);
      } else {
        Files.copy(target, link);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path grown(Path folder, long size) {
    try (var sparse = new RandomAccessFile(folder.resolve("SKILL.md").toFile(), "rw")) {
      sparse.setLength(size);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
