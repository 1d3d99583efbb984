package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.core.task.Operation;
import dev.deployclaw.skills.Catalogue;
import dev.deployclaw.skills.Scope;
import dev.deployclaw.skills.SkillLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkillShelfTest {
  @TempDir Path state;
  @TempDir Path mine;

  @Test
  void servesEveryOperationFromThePackagedSkills() throws Exception {
    var playbook = new SkillShelf(state, Optional.empty()).playbook();

    assertThat(playbook.of(Operation.APPLY_POLICIES).skill()).isEqualTo("orchestrate-rate-limits");
    assertThat(playbook.of(Operation.ROLLBACK).skill()).isEqualTo("roll-back-rate-limits");
    for (var operation : Operation.values()) {
      assertThat(playbook.of(operation).steps()).as(operation.word()).isNotEmpty();
    }
  }

  @Test
  void mendsPackagedSkillsThatWereTamperedWith() throws Exception {
    new SkillShelf(state, Optional.empty()).playbook();
    var sheet = state.resolve("skills/scan-rate-limits/SKILL.md");
    String packaged = Files.readString(sheet);
    Files.writeString(sheet, "nothing");

    new SkillShelf(state, Optional.empty()).playbook();

    assertThat(sheet).hasContent(packaged);
  }

  @Test
  void prefersTheOperatorsPinnedSkill() throws Exception {
    Sheets.sound(mine, "my-scan", "Looking my way");
    pin();

    var playbook = new SkillShelf(state, Optional.of(mine)).playbook();

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
    pinAnyway();

    assertThat(refusal())
        .contains(mine.resolve("my-scan/SKILL.md") + ":10: error: step look uses redis.flush")
        .contains("; add it to allowed-tools or drop it");
  }

  @Test
  void refusesASkillThatServesButHasNoSteps() throws Exception {
    var sound = Sheets.sound(mine, "my-scan", "Looking my way");
    String text = Files.readString(sound.resolve("SKILL.md"));
    Sheets.write(mine, "my-scan", text.replace("```deployclaw-steps", "```"));
    pinAnyway();

    assertThat(refusal()).contains("has no steps", "deployclaw.serves");
  }

  @Test
  void refusesASheetThatCanNotBeReadInsteadOfPassingItOver() {
    Sheets.write(mine, "my-scan", "---\nname: my-scan\n");

    assertThat(refusal()).contains(mine.resolve("my-scan/SKILL.md").toString(), "error", ";");
  }

  private String refusal() {
    var shelf = new SkillShelf(state, Optional.of(mine));
    return String.valueOf(catchThrowableOfType(Unusable.class, shelf::playbook).getMessage());
  }

  private void pin() throws Unusable {
    assertThat(SkillPins.pin(mine)).isInstanceOf(SkillPins.Outcome.Pinned.class);
  }

  /** As somebody would who writes the lock file without our validation. */
  private void pinAnyway() throws Exception {
    var skills =
        Catalogue.discover(List.of(new Scope("mine", mine))).skills().values().stream()
            .map(e -> e.skill())
            .toList();
    SkillLock.pin(skills).write(mine.resolve(SkillLock.FILE));
  }
}
