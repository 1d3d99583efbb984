package dev.deployclaw.skills;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  @TempDir Path root;

  @Test
  void findsSkillsAndLetsABadOneStopNobody() {
    Sheets.write(root, "one", Sheets.sheet("one"));
    Sheets.write(root, "deeper/two", Sheets.sheet("two"));
    Sheets.write(root, "bad", "nonsense");
    Sheets.write(root, "node_modules/three", Sheets.sheet("three"));
    Sheets.write(root, ".git/four", Sheets.sheet("four"));

    var catalogue = Catalogue.discover(List.of(new Scope("project", root)));

    assertThat(catalogue.skills()).containsOnlyKeys("one", "two");
    assertThat(catalogue.diagnostics()).hasSize(1);
  }

  @Test
  void letsEarlierScopesWinAndSaysSo() {
    Sheets.write(root, "project/one", Sheets.sheet("one"));
    Sheets.write(root, "user/one", Sheets.sheet("one"));

    var catalogue =
        Catalogue.discover(
            List.of(
                new Scope("project", root.resolve("project")),
                new Scope("user", root.resolve("user")),
                new Scope("absent", root.resolve("absent"))));

    assertThat(catalogue.skills().values())
        .extracting(Catalogue.Entry::scope)
        .containsExactly("project");
    assertThat(catalogue.diagnostics())
        .singleElement()
        .satisfies(d -> assertThat(d.text()).contains("user/one").contains("shadowed by"));
  }

  @Test
  void refusesLinkedSkillsByName() throws IOException {
    var folder = Sheets.write(root.resolve("elsewhere"), "one", Sheets.sheet("one"));
    Files.createDirectories(root.resolve("skills"));
    Files.createSymbolicLink(root.resolve("skills/one"), folder);

    var catalogue = Catalogue.discover(List.of(new Scope("project", root.resolve("skills"))));

    assertThat(catalogue.skills()).isEmpty();
    assertThat(catalogue.diagnostics().getFirst().text()).contains("symbolic link");
  }

  @Test
  void findsTheSkillThatServesAnOperation() {
    Sheets.write(
        root, "one", Sheets.sheet("one", "metadata:", "  deployclaw.serves: scan check-drift"));

    var catalogue = Catalogue.discover(List.of(new Scope("project", root)));

    assertThat(catalogue.serving("check-drift").orElseThrow().name()).isEqualTo("one");
    assertThat(catalogue.serving("drift")).isEmpty();
  }

  @Test
  void prefersTheEarlierScopeThoughItsNameComesLater() {
    Sheets.write(root, "own/zzz", Sheets.sheet("zzz", "metadata:", "  deployclaw.serves: scan"));
    Sheets.write(root, "built/aaa", Sheets.sheet("aaa", "metadata:", "  deployclaw.serves: scan"));

    var catalogue =
        Catalogue.discover(
            List.of(
                new Scope("operator", root.resolve("own")),
                new Scope("built-in", root.resolve("built"))));

    assertThat(catalogue.serving("scan").orElseThrow().name()).isEqualTo("zzz");
  }
}
