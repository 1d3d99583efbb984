package dev.deployclaw.skills.sheet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.skills.SkillCatalogue;
import dev.deployclaw.skills.SkillLock;
import dev.deployclaw.skills.SkillScope;
import dev.deployclaw.skills.sheet.SkillDiagnostic.Severity;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders that were made to hurt, beside a good one: each has its diagnostic, the good one loads.
 */
class HardSkillsTest {
  private static final long HUGE = 100L << 20;

  @TempDir Path root;

  @BeforeEach
  void good() {
    SkillSheetFiles.write(root, "good", SkillSheetFiles.sheet("good"));
  }

  @Test
  void reportsASheetOf100Megabytes() throws IOException {
    grow(SkillSheetFiles.write(root, "huge", SkillSheetFiles.sheet("huge")).resolve("SKILL.md"));

    assertTheOthersLoad("the file is larger than 1 MiB");
  }

  @Test
  void pinsNoFolderThatHoldsAFileOf100Megabytes() throws IOException {
    var folder = SkillSheetFiles.write(root, "heavy", SkillSheetFiles.sheet("heavy"));
    grow(folder.resolve("asset.bin"));
    var skill = SkillReader.read(folder).skill().orElseThrow();

    assertThatThrownBy(() -> SkillLock.pin(List.of(skill), OperatorPolicy.OPEN))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("32 MiB");
  }

  @Test
  void reportsAliasesThatMultiply() {
    var bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 20; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    SkillSheetFiles.write(root, "bomb", SkillSheetFiles.sheet("bomb", bomb.toString().strip()));

    assertTheOthersLoad("");
  }

  @Test
  void reportsNestingWithoutEnd() {
    SkillSheetFiles.write(
        root, "deep", SkillSheetFiles.sheet("deep", "metadata: " + "[".repeat(5000)));

    assertTheOthersLoad("");
  }

  @Test
  void reportsAMissingEndOfTheFrontMatter() {
    SkillSheetFiles.write(root, "open", "---\nname: open\ndescription: Never ends.\n");

    assertTheOthersLoad("");
  }

  @Test
  void reportsWhatIsNoText() {
    SkillSheetFiles.write(root, "nul", SkillSheetFiles.sheet("nul") + "\0");
    SkillSheetFiles.write(
        root, "latin", "SKILL.md", "---\nname: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));

    var catalogue = assertTheOthersLoad("NUL byte");

    assertThat(catalogue.diagnostics()).anyMatch(d -> d.message().contains("isn't UTF-8"));
  }

  @Test
  void loadsAWindowsFileAndSaysWhatIsOdd() {
    String text = "\uFEFF" + SkillSheetFiles.sheet("windows").replace("\n", "\r\n");
    SkillSheetFiles.write(root, "windows", text);

    var catalogue = discover();

    assertThat(catalogue.skills()).containsOnlyKeys("good", "windows");
    assertThat(catalogue.diagnostics())
        .extracting(SkillDiagnostic::message)
        .anyMatch(m -> m.contains("byte order mark"))
        .anyMatch(m -> m.contains("carriage returns"));
  }

  @Test
  void reportsANameThatOnlyLooksLikeAnother() {
    SkillSheetFiles.write(root, "g\u043E\u043Ed", SkillSheetFiles.sheet("g\u043E\u043Ed"));

    assertThat(discover().diagnostics())
        .anyMatch(d -> d.file().toString().contains("g\u043E\u043Ed"))
        .noneMatch(d -> d.file().startsWith(root.resolve("good")));
  }

  @Test
  void reportsALinkedFolderAndALinkWithinOne() throws IOException {
    Files.createSymbolicLink(root.resolve("linked"), root.resolve("good"));
    var folder = SkillSheetFiles.write(root, "inner", SkillSheetFiles.sheet("inner"));
    Files.createSymbolicLink(folder.resolve("secret"), root.resolve("good").resolve("SKILL.md"));

    var catalogue = assertTheOthersLoad("symbolic link");

    assertThat(catalogue.skills()).containsOnlyKeys("good");
  }

  private SkillCatalogue assertTheOthersLoad(String message) {
    var catalogue = discover();

    assertThat(catalogue.skills()).containsOnlyKeys("good");
    assertThat(catalogue.diagnostics())
        .anyMatch(d -> d.severity() == Severity.ERROR && d.message().contains(message))
        .allSatisfy(d -> assertThat(d.remedy()).isNotBlank());
    return catalogue;
  }

  private SkillCatalogue discover() {
    return SkillCatalogue.discover(List.of(new SkillScope("test", root)));
  }

  private static void grow(Path file) throws IOException {
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(HUGE);
    }
  }
}
