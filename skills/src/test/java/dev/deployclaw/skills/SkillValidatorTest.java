package dev.deployclaw.skills;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.deployclaw.skills.sheet.SkillDiagnostic;
import dev.deployclaw.skills.sheet.SkillSheetFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the Agent Skills reference validator, one by one. */
class SkillValidatorTest {
  @TempDir Path root;

  @Test
  void acceptsTheSmallestSkill() {
    assertThat(problems("tiny", SkillSheetFiles.sheet("tiny"))).isEmpty();
  }

  @Test
  void acceptsAllSixFields() {
    var text =
        SkillSheetFiles.sheet(
            "full",
            "license: MIT",
            "compatibility: Needs a network.",
            "allowed-tools: Bash(git:*) Read",
            "metadata:",
            "  author: somebody",
            "  version: 1.0");

    assertThat(problems("full", text)).isEmpty();
  }

  @Test
  void acceptsThePathOfTheFileItself() {
    var folder = SkillSheetFiles.write(root, "tiny", SkillSheetFiles.sheet("tiny"));

    assertThat(SkillValidator.problems(folder.resolve("SKILL.md"))).isEmpty();
  }

  @Test
  void refusesAPathThatIsMissing() {
    assertThat(texts(SkillValidator.problems(root.resolve("none"))))
        .singleElement(STRING)
        .contains("doesn't exist");
  }

  @Test
  void refusesAFolderWithoutSheet() {
    var folder = SkillSheetFiles.write(root, "empty", "README.md", new byte[0]);

    assertThat(texts(SkillValidator.problems(folder)).getFirst()).contains("no SKILL.md");
  }

  @Test
  void refusesASheetInMixedCapitals() {
    var folder =
        SkillSheetFiles.write(
            root,
            "mixed",
            "Skill.md",
            SkillSheetFiles.sheet("mixed").getBytes(StandardCharsets.UTF_8));

    assertThat(texts(SkillValidator.problems(folder)).getFirst()).contains("no SKILL.md");
  }

  @ParameterizedTest
  @ValueSource(strings = {"技能", "мой-навык", "навык", "café", "true", "null", "123"})
  void acceptsNamesInOtherScriptsAndNamesThatLookTyped(String name) {
    var problems = problems(name, SkillSheetFiles.sheet(name));

    assertThat(SkillDiagnostic.valid(problems)).as("%s", problems).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "MySkill, capital letters",
    "НАВЫК, capital letters",
    "-my-skill, hyphen",
    "my-skill-, hyphen",
    "my--skill, two hyphens",
    "my_skill, characters other than",
    "my.skill, characters other than",
  })
  void refusesMisspeltNames(String name, String message) {
    var problems = problems(name, SkillSheetFiles.sheet(name));

    assertThat(SkillDiagnostic.valid(problems)).isFalse();
    assertThat(texts(problems).getFirst()).contains("SKILL.md:2:").contains(message);
  }

  @Test
  void refusesANameOfMoreThan64Characters() {
    String name = "a".repeat(70);

    assertThat(texts(problems(name, SkillSheetFiles.sheet(name))).getFirst())
        .contains("longer than 64");
  }

  @Test
  void refusesANameThatIsNotTheFolders() {
    assertThat(texts(problems("this", SkillSheetFiles.sheet("that"))).getFirst())
        .contains("differs from the folder's name");
  }

  @Test
  void takesComposedAndDecomposedLettersForTheSame() {
    assertThat(problems("cafe\u0301", SkillSheetFiles.sheet("caf\u00e9"))).isEmpty();
  }

  @Test
  void refusesUnknownFieldsWithTheirLine() {
    var problems =
        problems("tiny", SkillSheetFiles.sheet("tiny", "license: MIT", "allowed_tools: Read"));

    assertThat(texts(problems).getFirst()).contains("SKILL.md:5:").contains("allowed_tools");
  }

  @Test
  void refusesAMissingName() {
    assertThat(texts(problems("tiny", "---\ndescription: x\n---\n")).getFirst())
        .contains("name is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "description:", "description: '  '", "description:\n  - a"})
  void refusesAMissingOrEmptyDescription(String line) {
    assertThat(texts(problems("tiny", "---\nname: tiny\n" + line + "\n---\n")).getFirst())
        .contains("description is missing or empty");
  }

  @Test
  void countsTheDescriptionInCodePoints() {
    String text = "---\nname: tiny\ndescription: %s\n---\n";

    assertThat(problems("tiny", text.formatted("\uD83D\uDE00".repeat(1024)))).isEmpty();
    assertThat(texts(problems("tiny", text.formatted("x".repeat(1100)))).getFirst())
        .contains("1100 characters");
  }

  @Test
  void boundsCompatibilityAtBothEnds() {
    assertThat(problems("tiny", SkillSheetFiles.sheet("tiny", "compatibility: " + "x".repeat(500))))
        .isEmpty();
    assertThat(
            texts(
                problems(
                    "tiny", SkillSheetFiles.sheet("tiny", "compatibility: " + "x".repeat(550)))))
        .singleElement(STRING)
        .contains("1 to 500");
    assertThat(
            texts(problems("tiny", SkillSheetFiles.sheet("tiny", "compatibility: ''"))).getFirst())
        .contains("1 to 500");
  }

  @Test
  void refusesStructuresWhereTextIsMeant() {
    var text =
        SkillSheetFiles.sheet(
            "tiny",
            "license:",
            "  - MIT",
            "metadata:",
            "  a:",
            "    b: c",
            "allowed-tools:",
            "  - R");

    assertThat(texts(problems("tiny", text)))
        .anySatisfy(t -> assertThat(t).contains("SKILL.md:4:").contains("license isn't text"))
        .anySatisfy(t -> assertThat(t).contains("SKILL.md:7:").contains("metadata a isn't text"))
        .anySatisfy(t -> assertThat(t).contains("SKILL.md:9:").contains("allowed-tools isn't"));
  }

  @Test
  void refusesFlowStyleAndDoubledKeysAsOtherClientsDo() {
    var text = SkillSheetFiles.sheet("tiny", "metadata: {a: b}", "license: MIT", "license: GPL");

    assertThat(texts(problems("tiny", text)))
        .anySatisfy(t -> assertThat(t).contains("SKILL.md:4:").contains("flow style"))
        .anySatisfy(t -> assertThat(t).contains("SKILL.md:6:").contains("is given twice"));
  }

  @Test
  void reportsEveryProblemAtOnce() {
    var text = "---\nname: My_Skill\ndescription: ''\ncompatibility: ''\nmodel: x\n---\n";

    assertThat(problems("tiny", text)).hasSizeGreaterThanOrEqualTo(5);
  }

  private List<SkillDiagnostic> problems(String folder, String text) {
    return SkillValidator.problems(SkillSheetFiles.write(root, folder, text));
  }

  private static List<String> texts(List<SkillDiagnostic> diagnostics) {
    return diagnostics.stream().map(SkillDiagnostic::text).toList();
  }
}
