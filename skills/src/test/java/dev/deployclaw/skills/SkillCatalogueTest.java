package dev.deployclaw.skills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.skills.sheet.SkillSheetFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkillCatalogueTest {
  @TempDir Path root;

  @Test
  void findsSkillsAndLetsABadOneStopNobody() {
    SkillSheetFiles.write(root, "one", SkillSheetFiles.sheet("one"));
    SkillSheetFiles.write(root, "deeper/two", SkillSheetFiles.sheet("two"));
    SkillSheetFiles.write(root, "bad", "nonsense");
    SkillSheetFiles.write(root, "node_modules/three", SkillSheetFiles.sheet("three"));
    SkillSheetFiles.write(root, ".git/four", SkillSheetFiles.sheet("four"));

    var catalogue = SkillCatalogue.discover(List.of(new SkillScope("project", root)));

    assertThat(catalogue.skills()).containsOnlyKeys("one", "two");
    assertThat(catalogue.diagnostics()).hasSize(1);
  }

  @Test
  void letsEarlierScopesWinAndSaysSo() {
    SkillSheetFiles.write(root, "project/one", SkillSheetFiles.sheet("one"));
    SkillSheetFiles.write(root, "user/one", SkillSheetFiles.sheet("one"));

    var catalogue =
        SkillCatalogue.discover(
            List.of(
                new SkillScope("project", root.resolve("project")),
                new SkillScope("user", root.resolve("user")),
                new SkillScope("absent", root.resolve("absent"))));

    assertThat(catalogue.skills().values())
        .extracting(SkillCatalogue.Entry::scope)
        .containsExactly("project");
    assertThat(catalogue.diagnostics())
        .singleElement()
        .satisfies(d -> assertThat(d.text()).contains("user/one").contains("shadowed by"));
  }

  @Test
  void refusesLinkedSkillsByName() throws IOException {
    var folder =
        SkillSheetFiles.write(root.resolve("elsewhere"), "one", SkillSheetFiles.sheet("one"));
    Files.createDirectories(root.resolve("skills"));
    Files.createSymbolicLink(root.resolve("skills/one"), folder);

    var catalogue =
        SkillCatalogue.discover(List.of(new SkillScope("project", root.resolve("skills"))));

    assertThat(catalogue.skills()).isEmpty();
    assertThat(catalogue.diagnostics().getFirst().text()).contains("symbolic link");
  }

  @Test
  void findsTheSkillThatServesAnOperation() {
    SkillSheetFiles.write(
        root,
        "one",
        SkillSheetFiles.sheet("one", "metadata:", "  deployclaw.serves: scan check-drift"));

    var catalogue = SkillCatalogue.discover(List.of(new SkillScope("project", root)));

    assertThat(catalogue.serving("check-drift").orElseThrow().name()).isEqualTo("one");
    assertThat(catalogue.serving("drift")).isEmpty();
  }

  @Test
  void prefersTheEarlierScopeThoughItsNameComesLater() {
    SkillSheetFiles.write(
        root, "own/zzz", SkillSheetFiles.sheet("zzz", "metadata:", "  deployclaw.serves: scan"));
    SkillSheetFiles.write(
        root, "built/aaa", SkillSheetFiles.sheet("aaa", "metadata:", "  deployclaw.serves: scan"));

    var catalogue =
        SkillCatalogue.discover(
            List.of(
                new SkillScope("operator", root.resolve("own")),
                new SkillScope("built-in", root.resolve("built"))));

    assertThat(catalogue.serving("scan").orElseThrow().name()).isEqualTo("zzz");
  }
}
