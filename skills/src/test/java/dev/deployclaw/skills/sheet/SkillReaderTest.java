package dev.deployclaw.skills.sheet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.skills.sheet.SkillDiagnostic.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lenient loading, and the files that trip other readers up. */
class SkillReaderTest {
  @TempDir Path root;

  @Test
  void readsEveryFieldAsText() {
    var text =
        """
        ---
        name: full
        description: >-
          Folded over
          two lines.
        license: MIT
        metadata:
          version: 1.0
          on: true
        allowed-tools: Bash(git log:*) Read
        ---
        # Title

        text
        """;

    var skill = read("full", text).skill().orElseThrow();

    assertThat(skill.description()).isEqualTo("Folded over two lines.");
    assertThat(skill.license()).contains("MIT");
    assertThat(skill.metadata()).containsEntry("version", "1.0").containsEntry("on", "true");
    assertThat(skill.allowedTools().declared()).containsExactly("Bash(git log:*)", "Read");
    assertThat(skill.body()).startsWith("# Title");
    assertThat(skill.bodyLine()).isEqualTo(12);
  }

  @Test
  void keepsDashesInsideValues() {
    var skill = read("tiny", "---\nname: tiny\ndescription: uses a---b range\n---\nbody\n").skill();

    assertThat(skill.orElseThrow().description()).isEqualTo("uses a---b range");
    assertThat(skill.orElseThrow().body()).containsExactly("body");
  }

  @Test
  void readsPastABomCarriageReturnsAndALeadingBlankLine() {
    var text = "\uFEFF\n" + SkillSheetFiles.sheet("tiny");

    var reading = read("tiny", text.replace("\n", "\r\n"));

    assertThat(reading.skill()).isPresent();
    assertThat(reading.diagnostics())
        .extracting(SkillDiagnostic::message)
        .containsExactly(
            "the file starts with a byte order mark",
            "lines end with carriage returns",
            "there are blank lines before the front matter");
  }

  @Test
  void reportsBrokenUtf8WithItsLine() {
    var bytes = (SkillSheetFiles.sheet("tiny") + "x?").getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 1] = (byte) 0xC3;

    var reading = SkillReader.read(SkillSheetFiles.write(root, "tiny", "SKILL.md", bytes));

    assertThat(reading.skill()).isEmpty();
    assertThat(reading.diagnostics().getFirst().text()).contains("SKILL.md:6:").contains("UTF-8");
  }

  @Test
  void reportsANulByteWithItsLine() {
    var reading = read("tiny", SkillSheetFiles.sheet("tiny") + "a\0b");

    assertThat(reading.skill()).isEmpty();
    assertThat(reading.diagnostics().getFirst().text()).contains("SKILL.md:6:").contains("NUL");
  }

  @ParameterizedTest
  @CsvSource({
    "'no front matter', there is no front matter",
    "'---\nname: tiny\n', isn't closed",
    "'---\nname: [\n---\n', can't be parsed",
    "'---\n- a\n---\n', isn't a mapping",
    "'---\na: &x 1\nb: *x\n---\n', anchors and aliases",
    "'---\na: [[[[[[[[[[1]]]]]]]]]]\n---\n', too deep",
  })
  void refusesWhatHasNoReadableFrontMatter(String text, String message) {
    var reading = read("tiny", text);

    assertThat(reading.skill()).isEmpty();
    assertThat(reading.diagnostics().getFirst().text()).contains(message);
  }

  @Test
  void refusesFrontMatterThatIsTooLarge() {
    var reading = read("tiny", SkillSheetFiles.sheet("tiny", "license: " + "x".repeat(70_000)));

    assertThat(reading.diagnostics().getFirst().message()).contains("64 KiB");
  }

  @Test
  void recoversAnUnquotedColonAndSaysSo() {
    var reading = read("tiny", "---\nname: tiny\ndescription: Use when: it's asked\n---\n");

    assertThat(reading.skill().orElseThrow().description()).isEqualTo("Use when: it's asked");
    assertThat(reading.diagnostics())
        .singleElement()
        .satisfies(d -> {
          assertThat(d.severity()).isEqualTo(Severity.VIOLATION);
          assertThat(d.line()).isEqualTo(3);
        });
  }

  @Test
  void loadsDespiteViolations() {
    var reading = read("other", SkillSheetFiles.sheet("Bad_Name", "colour: red"));

    assertThat(reading.skill()).isPresent();
    assertThat(reading.diagnostics()).hasSize(4);
    assertThat(SkillDiagnostic.valid(reading.diagnostics())).isFalse();
  }

  @Test
  void prefersTheSheetInCapitalsAndTakesSmallLetters() throws IOException {
    var folder = SkillSheetFiles.write(root, "tiny", SkillSheetFiles.sheet("tiny"));
    Files.writeString(folder.resolve("skill.md"), "nonsense");
    var small =
        SkillSheetFiles.write(
            root,
            "small",
            "skill.md",
            SkillSheetFiles.sheet("small").getBytes(StandardCharsets.UTF_8));

    assertThat(SkillReader.read(folder).diagnostics()).isEmpty();
    assertThat(SkillReader.read(small).skill()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\uFB01x", "a\u00B2", "\uFF41\uFF42", "p\u0430ypal", "\u0441\u043E\u0440\u0435"})
  void reportsNamesThatLookLikeOthers(String name) {
    var reading = read(name, SkillSheetFiles.sheet(name));

    assertThat(reading.diagnostics()).isNotEmpty();
    assertThat(reading.diagnostics())
        .allSatisfy(d -> assertThat(d.severity()).isEqualTo(Severity.WARNING));
  }

  @Test
  void refusesSymbolicLinks() throws IOException {
    var folder = SkillSheetFiles.write(root, "tiny", SkillSheetFiles.sheet("tiny"));
    Files.createSymbolicLink(folder.resolve("secret"), Path.of("/etc/hostname"));
    var alias = Files.createSymbolicLink(root.resolve("alias"), folder);

    assertThat(SkillReader.read(folder).skill()).isEmpty();
    assertThat(SkillReader.read(folder).diagnostics().getFirst().message()).contains("secret");
    assertThat(SkillReader.read(alias).skill()).isEmpty();
  }

  @Test
  void reportsReferencesThatLeaveTheFolderButNotThoseInCode() {
    var text =
        SkillSheetFiles.sheet("tiny")
            + "[a](../other/x.md) [b](/etc/passwd)\n[c](references/x.md) [d](https://x.org)\n"
            + "```\n[e](../../x)\n```\n";

    var reading = read("tiny", text);

    assertThat(reading.diagnostics()).extracting(SkillDiagnostic::line).containsExactly(6, 6);
  }

  private SkillReader.Reading read(String folder, String text) {
    return SkillReader.read(SkillSheetFiles.write(root, folder, text));
  }
}
