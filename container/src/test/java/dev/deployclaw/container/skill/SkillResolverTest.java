package dev.deployclaw.container.skill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.skills.SkillLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkillResolverTest {
  @TempDir Path state;
  @TempDir Path mine;
  @TempDir Path project;
  @TempDir Path home;

  @Test
  void servesEveryOperationFromThePackagedSkills() throws Exception {
    var procedures = shelf(Optional.empty()).procedures();

    assertThat(procedures.of(TaskOperation.APPLY_POLICIES).skill())
        .isEqualTo("orchestrate-rate-limits");
    assertThat(procedures.of(TaskOperation.ROLLBACK).skill()).isEqualTo("roll-back-rate-limits");
    for (var operation : TaskOperation.values()) {
      assertThat(procedures.of(operation).steps()).as(operation.word()).isNotEmpty();
    }
  }

  @Test
  void mendsPackagedSkillsThatWereTamperedWith() throws Exception {
    shelf(Optional.empty()).procedures();
    var sheet = state.resolve("skills/scan-rate-limits/SKILL.md");
    String packaged = Files.readString(sheet);
    Files.writeString(sheet, "nothing");

    shelf(Optional.empty()).procedures();

    assertThat(sheet).hasContent(packaged);
  }

  @Test
  void prefersTheOperatorsPinnedSkill() throws Exception {
    SkillSheets.sound(mine, "my-scan", "Looking my way");
    pin();

    var procedures = shelf(Optional.of(mine)).procedures();

    assertThat(procedures.of(TaskOperation.SCAN).skill()).isEqualTo("my-scan");
    assertThat(procedures.of(TaskOperation.SCAN).steps().getFirst().action())
        .isEqualTo("Looking my way");
    assertThat(procedures.of(TaskOperation.APPLY_POLICIES).skill())
        .isEqualTo("orchestrate-rate-limits");
  }

  @Test
  void refusesASkillThatNobodyPinned() {
    SkillSheets.sound(mine, "my-scan", "Looking my way");

    assertThat(refusal())
        .contains(mine.resolve("my-scan/SKILL.md").toString())
        .contains("isn't pinned")
        .contains("deployclaw skills lock " + mine);
  }

  @Test
  void refusesASkillThatChangedSinceItWasPinned() throws Exception {
    SkillSheets.sound(mine, "my-scan", "Looking my way");
    pin();
    SkillSheets.sound(mine, "my-scan", "Looking another way");

    assertThat(refusal()).contains("changed since it was pinned", "deployclaw skills lock " + mine);
  }

  @Test
  void saysWhatTheOperatorTookAwaySinceItWasPinned() throws Exception {
    SkillSheets.stepping(mine, "my-scan", "statuspage.incidents");
    var program =
        new PluginConfig.Program(
            Path.of("status-page"), "0".repeat(64), List.of(), new TreeMap<>());
    var plugin =
        new PluginConfig(
            "statuspage",
            program,
            new TreeMap<>(Map.of("incidents", "observe")),
            List.of(),
            new PluginConfig.Rights(0, List.of(), List.of(), List.of(), Set.of()),
            Duration.ofSeconds(30));
    SkillPinService.pin(mine, ConfiguredOperatorPolicy.of(List.of(plugin)));

    assertThat(refusal())
        .contains("statuspage.incidents: no executor here performs it")
        .contains("since it was pinned, it declares: gained [], lost []")
        .contains("it is granted: gained [], lost [statuspage.incidents]");
  }

  @Test
  void thePackagedSkillsAreGrantedWhatTheirLockSays() throws Exception {
    for (var entry : shelf(Optional.empty()).catalogue().skills().values()) {
      assertThat(SkillPinService.since(entry.skill(), ConfiguredOperatorPolicy.KERNEL))
          .as(entry.skill().name())
          .isEmpty();
    }
  }

  @Test
  void refusesALockFileThatIsNone() throws Exception {
    SkillSheets.sound(mine, "my-scan", "Looking my way");
    Files.writeString(mine.resolve(SkillLock.FILE), "{\n\"version\": }");

    assertThat(refusal()).contains(SkillLock.FILE + ":2", "isn't JSON");
  }

  @Test
  void namesFileLineAndRemedyOfMalformedSteps() throws Exception {
    var sound = SkillSheets.sound(mine, "my-scan", "Looking my way");
    String text = Files.readString(sound.resolve("SKILL.md"));
    SkillSheets.write(
        mine, "my-scan", text.replace("operations: [redis.topology", "operations: [redis.flush"));
    SkillSheets.pinAnyway(mine);

    assertThat(refusal())
        .contains(mine.resolve("my-scan/SKILL.md") + ":10: error: step look uses redis.flush")
        .contains("; add it to allowed-tools or drop it");
  }

  @Test
  void refusesASkillThatServesButHasNoSteps() throws Exception {
    var sound = SkillSheets.sound(mine, "my-scan", "Looking my way");
    String text = Files.readString(sound.resolve("SKILL.md"));
    SkillSheets.write(mine, "my-scan", text.replace("```deployclaw-steps", "```"));
    SkillSheets.pinAnyway(mine);

    assertThat(refusal()).contains("has no steps", "deployclaw.serves");
  }

  @Test
  void refusesASheetThatCanNotBeReadInsteadOfPassingItOver() {
    SkillSheets.write(mine, "my-scan", "---\nname: my-scan\n");

    assertThat(refusal()).contains(mine.resolve("my-scan/SKILL.md").toString(), "error", ";");
  }

  @Test
  void theProjectsSkillWinsOverTheUsersAndTheOperatorsOverBoth() throws Exception {
    SkillSheets.sound(home.resolve(".agents/skills"), "my-scan", "Looking at home");
    SkillPinService.pin(home.resolve(".agents/skills"), ConfiguredOperatorPolicy.KERNEL);
    assertThat(action(Optional.empty())).isEqualTo("Looking at home");

    SkillSheets.sound(project.resolve(".agents/skills"), "my-scan", "Looking in the project");
    SkillPinService.pin(project.resolve(".agents/skills"), ConfiguredOperatorPolicy.KERNEL);
    assertThat(action(Optional.empty())).isEqualTo("Looking in the project");

    SkillSheets.sound(project.resolve(".deployclaw/skills"), "my-scan", "Looking in our folder");
    SkillPinService.pin(project.resolve(".deployclaw/skills"), ConfiguredOperatorPolicy.KERNEL);
    assertThat(action(Optional.empty())).isEqualTo("Looking in our folder");

    SkillSheets.sound(mine, "my-scan", "Looking my way");
    pin();
    assertThat(action(Optional.of(mine))).isEqualTo("Looking my way");
    assertThat(shelf(Optional.of(mine)).catalogue().diagnostics())
        .extracting(d -> d.message())
        .anyMatch(m -> m.startsWith("my-scan of scope user is shadowed by " + mine))
        .filteredOn(m -> m.startsWith("my-scan of scope project is shadowed by " + mine))
        .hasSize(2);
  }

  @Test
  void passesOverWhatLiesAboutAndNobodyPinned() throws Exception {
    SkillSheets.sound(project.resolve(".agents/skills"), "scan-rate-limits", "Looking elsewhere");
    SkillSheets.write(home.resolve(".agents/skills"), "broken", "---\nname: broken\n");

    var shelf = shelf(Optional.empty());

    assertThat(shelf.procedures().of(TaskOperation.SCAN).skill()).isEqualTo("scan-rate-limits");
    assertThat(action(Optional.empty())).isNotEqualTo("Looking elsewhere");
    assertThat(shelf.catalogue().diagnostics())
        .extracting(d -> d.text())
        .anyMatch(t -> t.contains("scan-rate-limits of scope project isn't pinned"))
        .anyMatch(t -> t.contains("skills lock " + project.resolve(".agents/skills")))
        .anyMatch(t -> t.contains("broken"));
  }

  @Test
  void refusesAProjectsSkillThatChangedSinceItWasPinned() throws Exception {
    var folder = project.resolve(".deployclaw/skills");
    SkillSheets.sound(folder, "my-scan", "Looking my way");
    SkillPinService.pin(folder, ConfiguredOperatorPolicy.KERNEL);
    SkillSheets.sound(folder, "my-scan", "Looking another way");

    var shelf = shelf(Optional.empty());

    assertThat(catchThrowableOfType(SetupException.class, shelf::procedures))
        .hasMessageContaining("changed since it was pinned");
  }

  private String action(Optional<Path> operator) throws SetupException {
    return shelf(operator).procedures().of(TaskOperation.SCAN).steps().getFirst().action();
  }

  private SkillResolver shelf(Optional<Path> operator) {
    return new SkillResolver(
        new SkillLocations(state, operator, Optional.of(project), Optional.of(home)));
  }

  private String refusal() {
    var shelf = shelf(Optional.of(mine));
    return String.valueOf(
        catchThrowableOfType(SetupException.class, shelf::procedures).getMessage());
  }

  private void pin() throws SetupException {
    assertThat(SkillPinService.pin(mine, ConfiguredOperatorPolicy.KERNEL))
        .isInstanceOf(SkillPinService.Outcome.Pinned.class);
  }
}
