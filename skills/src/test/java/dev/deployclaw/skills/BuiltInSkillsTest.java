package dev.deployclaw.skills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.skills.procedure.ProcedureReader;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The skills that come with the agent, as an image has them. */
class BuiltInSkillsTest {
  @TempDir Path root;

  @BeforeEach
  void unpack() throws IOException {
    BuiltInSkills.unpack(root);
  }

  @Test
  void indexListsEveryFileOfTheSkillsFolder() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of("").toAbsolutePath())) {
      var skills = folders.filter(f -> Files.exists(f.resolve("SKILL.md"))).toList();
      assertThat(skills).hasSize(7);
      for (Path skill : skills) {
        try (Stream<Path> files = Files.walk(skill)) {
          assertThat(BuiltInSkills.files())
              .containsAll(
                  files
                      .filter(Files::isRegularFile)
                      .map(f -> skill.getFileName() + "/" + skill.relativize(f))
                      .toList());
        }
      }
    }
  }

  @Test
  void areValidTheAgentsOwnSheetIncluded() {
    var catalogue = discover();

    assertThat(catalogue.diagnostics()).isEmpty();
    assertThat(catalogue.skills()).hasSize(8).containsKey("system-architect");
    for (var entry : catalogue.skills().values()) {
      assertThat(SkillValidator.problems(entry.skill().folder())).isEmpty();
    }
  }

  @Test
  void serveEveryOperationThatTheKernelCarriesOut() {
    var catalogue = discover();

    for (TaskOperation operation : TaskOperation.values()) {
      if (operation != TaskOperation.SNAPSHOT) {
        assertThat(catalogue.serving(operation.word())).as(operation.word()).isPresent();
      }
    }
  }

  @Test
  void arePinnedAsTheyAre() throws IOException {
    var lock = SkillLock.read(root.resolve(SkillLock.FILE)).lock();
    var skills = discover().skills().values().stream().map(SkillCatalogue.Entry::skill).toList();

    assertThat(lock)
        .as("pin the built-in skills again: deployclaw skills lock")
        .isEqualTo(SkillLock.pin(skills, OperatorPolicy.OPEN));
  }

  @Test
  void driveTheReferenceRunInSixSteps() {
    var skill = discover().skill("orchestrate-rate-limits").orElseThrow();

    var procedure = ProcedureReader.of(skill).procedure().orElseThrow();

    assertThat(procedure.steps())
        .extracting(step -> step.action())
        .containsExactly(
            "Analyzing service topology",
            "Scanning existing rate limit policies",
            "Validating policy coherence",
            "Creating atomic transaction checkpoint",
            "Applying orchestrated policies",
            "Post-deployment validation");
    assertThat(procedure.steps().get(4).operations())
        .containsExactly(
            "change.stage",
            "change.prepare",
            "change.gate",
            "change.commit",
            "change.publish",
            "change.converge");
  }

  private SkillCatalogue discover() {
    return SkillCatalogue.discover(List.of(new SkillScope("built-in", root)));
  }
}
