package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.skills.SkillLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkillShelfTest {
  @TempDir Path state;
  @TempDir Path mine;
  @TempDir Path project;
  @TempDir Path home;

  @Test
  void servesEveryOperationFromThePackagedSkills() throws Exception {
    var playbook = shelf(Optional.empty()).playbook();

    assertThat(playbook.of(Operation.APPLY_POLICIES).skill()).isEqualTo("orchestrate-rate-limits");
    assertThat(playbook.of(Operation.ROLLBACK).skill()).isEqualTo("roll-back-rate-limits");
    for (var operation : Operation.values()) {
      assertThat(playbook.of(operation).steps()).as(operation.word()).isNotEmpty();
    }
  }

  @Test
  void mendsPackagedSkillsThatWereTamperedWith() throws Exception {
    shelf(Optional.empty()).playbook();
    var sheet = state.resolve("skills/scan-rate-limits/SKILL.md");
    String packaged = Files.readString(sheet);
    Files.writeString(sheet, "nothing");

    shelf(Optional.empty()).playbook();

    assertThat(sheet).hasContent(packaged);
  }

  @Test
  void prefersTheOperatorsPinnedSkill() throws Exception {
    Sheets.sound(mine, "my-scan", "Looking my way");
    pin();

    var playbook = shelf(Optional.of(mine)).playbook();

    assertThat(playbook.of(Operation.SCAN).skill()).isEqualTo("my-scan");
    assertThat(playbook.of(Operation.SCAN).steps().getFirst().action()).isEqualTo("Looking my way");
    assertThat(playbook.of(Operation.APPLY_POLICIES).skill()).isEqualTo("orchestrate-rate-limits");
  }

  @Test
  void refusesASkillThatNobodyPinned() {
    Sheets.sound(mine, "my-scan", "Looking my way");

    assertThat(refusal())
        .contains(mine.resolve("my-scan/SKILL.md").toString())
        .contains("isn't pinned")
        .contains("deployclaw skills lock " + mine);
  }

  @Test
  void refusesASkillThatChangedSinceItWasPinned() throws Exception {
    Sheets.sound(mine, "my-scan", "Looking my way");
    pin();
    Sheets.sound(mine, "my-scan", "Looking another way");

    assertThat(refusal()).contains("changed since it was pinned", "deployclaw skills lock " + mine);
  }

  @Test
  void saysWhatTheOperatorTookAwaySinceItWasPinned() throws Exception {
    Sheets.stepping(mine, "my-scan", "statuspage.incidents");
    var admits = new TreeMap<>(Map.of("statuspage.incidents", "observe"));
    var plugin = new PluginConfig(Path.of("status-page.jar"), "0".repeat(64), admits);
    SkillPins.pin(mine, Admitted.of(List.of(plugin)));

    assertThat(refusal())
        .contains("statuspage.incidents: nothing performs it here")
        .contains("since it was pinned, it declares: gained [], lost []")
        .contains("it is granted: gained [], lost [statuspage.incidents]");
  }

  @Test
  void thePackagedSkillsAreGrantedWhatTheirLockSays() throws Exception {
    for (var entry : shelf(Optional.empty()).catalogue().skills().values()) {
      assertThat(SkillPins.since(entry.skill(), Admitted.KERNEL))
          .as(entry.skill().name())
          .isEmpty();
    }
  }

  @Test
  void refusesALockFileThatIsNone() throws Exception {
    Sheets.sound(mine, "my-scan", "Looking my way");
    Files.writeString(mine.resolve(SkillLock.FILE), "{\n\"version\": }");

    assertThat(refusal()).contains(SkillLock.FILE + ":2", "isn't JSON");
  }

  @Test
  void namesFileLineAndRemedyOfMalformedSteps() throws Exception {
    var sound = Sheets.sound(mine, "my-scan", "Looking my way");
    String text = Files.readString(sound.resolve("SKILL.md"));
    Sheets.write(
        mine, "my-scan", text.replace("operations: [redis.topology", "operations: [redis.flush"));
    Sheets.pinAnyway(mine);

    assertThat(refusal())
        .contains(mine.resolve("my-scan/SKILL.md") + ":10: error: step look uses redis.flush")
        .contains("; add it to allowed-tools or drop it");
  }

  @Test
  void refusesASkillThatServesButHasNoSteps() throws Exception {
    var sound = Sheets.sound(mine, "my-scan", "Looking my way");
    String text = Files.readString(sound.resolve("SKILL.md"));
    Sheets.write(mine, "my-scan", text.replace("```deployclaw-steps", "```"));
    Sheets.pinAnyway(mine);

    assertThat(refusal()).contains("has no steps", "deployclaw.serves");
  }

  @Test
  void refusesASheetThatCanNotBeReadInsteadOfPassingItOver() {
    Sheets.write(mine, "my-scan", "---\nname: my-scan\n");

    assertThat(refusal()).contains(mine.resolve("my-scan/SKILL.md").toString(), "error", ";");
  }

  @Test
  void theProjectsSkillWinsOverTheUsersAndTheOperatorsOverBoth() throws Exception {
    Sheets.sound(home.resolve(".agents/skills"), "my-scan", "Looking at home");
    SkillPins.pin(home.resolve(".agents/skills"));
    assertThat(action(Optional.empty())).isEqualTo("Looking at home");

    Sheets.sound(project.resolve(".agents/skills"), "my-scan", "Looking in the project");
    SkillPins.pin(project.resolve(".agents/skills"));
    assertThat(action(Optional.empty())).isEqualTo("Looking in the project");

    Sheets.sound(project.resolve(".deployclaw/skills"), "my-scan", "Looking in our folder");
    SkillPins.pin(project.resolve(".deployclaw/skills"));
    assertThat(action(Optional.empty())).isEqualTo("Looking in our folder");

    Sheets.sound(mine, "my-scan", "Looking my way");
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
    Sheets.sound(project.resolve(".agents/skills"), "scan-rate-limits", "Looking elsewhere");
    Sheets.write(home.resolve(".agents/skills"), "broken", "---\nname: broken\n");

    var shelf = shelf(Optional.empty());

    assertThat(shelf.playbook().of(Operation.SCAN).skill()).isEqualTo("scan-rate-limits");
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
    Sheets.sound(folder, "my-scan", "Looking my way");
    SkillPins.pin(folder);
    Sheets.sound(folder, "my-scan", "Looking another way");

    var shelf = shelf(Optional.empty());

    assertThat(catchThrowableOfType(Unusable.class, shelf::playbook))
        .hasMessageContaining("changed since it was pinned");
  }

  private String action(Optional<Path> operator) throws Unusable {
    return shelf(operator).playbook().of(Operation.SCAN).steps().getFirst().action();
  }

  private SkillShelf shelf(Optional<Path> operator) {
    return new SkillShelf(
        new SkillPlaces(state, operator, Optional.of(project), Optional.of(home)));
  }

  private String refusal() {
    var shelf = shelf(Optional.of(mine));
    return String.valueOf(catchThrowableOfType(Unusable.class, shelf::playbook).getMessage());
  }

  private void pin() throws Unusable {
    assertThat(SkillPins.pin(mine)).isInstanceOf(SkillPins.Outcome.Pinned.class);
  }
}
