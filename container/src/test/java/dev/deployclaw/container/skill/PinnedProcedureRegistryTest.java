package dev.deployclaw.container.skill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.ProcedureRegistry.Activated;
import dev.deployclaw.core.procedure.SkillRefusal;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.skills.SkillLock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Skills that are edited while an agent runs: real folders and lock files. */
class PinnedProcedureRegistryTest {
  @TempDir Path state;
  @TempDir Path mine;
  private PinnedProcedureRegistry procedures;

  @BeforeEach
  void pinned() throws SetupException {
    SkillSheets.sound(mine, "my-scan", "Looking my way");
    pin();
    var places = new SkillLocations(state, Optional.of(mine), Optional.empty(), Optional.empty());
    procedures = new SkillResolver(places).procedures();
  }

  @Test
  void followsWhatIsAsItWasPinned() {
    assertThat(ready().steps().getFirst().action()).isEqualTo("Looking my way");
    assertThat(ready().sha256()).isEqualTo(pinnedHash());
  }

  @Test
  void refusesWhatChangedSinceAndNamesBothHashesAndTheRemedy() throws Exception {
    String pinned = pinnedHash();
    SkillSheets.declaring(
        mine, "my-scan", "allowed-tools: redis.topology policies.read redis.clock");

    var refusal = refused();

    pin();
    assertThat(refusal.skill()).isEqualTo("my-scan");
    assertThat(refusal.pinned()).contains(pinned);
    assertThat(refusal.found()).contains(pinnedHash());
    assertThat(refusal.remedy()).isEqualTo("read it, then run: deployclaw skills lock " + mine);
    assertThat(refusal.text())
        .contains("changed since it was pinned", pinned, refusal.found().orElseThrow())
        .contains("it declares: gained [redis.clock], lost []")
        .contains("it is granted: gained [redis.clock], lost []");
  }

  @Test
  void takesWhatWasPinnedAnewWithoutAStart() throws Exception {
    String before = ready().sha256();
    SkillSheets.sound(mine, "my-scan", "Looking another way");
    assertThat(refused().why()).startsWith("changed since it was pinned");
    assertThat(procedures.of(TaskOperation.SCAN).sha256()).as("kept").isEqualTo(before);

    pin();

    assertThat(ready().steps().getFirst().action()).isEqualTo("Looking another way");
    assertThat(ready().sha256()).isNotEqualTo(before);
    assertThat(procedures.of(TaskOperation.SCAN)).isEqualTo(ready());
  }

  @Test
  void theOtherSkillsGoOn() {
    SkillSheets.sound(mine, "my-scan", "Looking another way");

    assertThat(refused().skill()).isEqualTo("my-scan");
    assertThat(procedures.activate(TaskOperation.SET_LIMIT)).isInstanceOf(Activated.Ready.class);
    assertThat(procedures.activate(TaskOperation.ROLLBACK)).isInstanceOf(Activated.Ready.class);
  }

  @Test
  void seesAFileBesideTheSheetAndThatItIsGoneAgain() throws Exception {
    var more = Files.writeString(mine.resolve("my-scan/more.md"), "x");
    assertThat(refused().why()).startsWith("changed since it was pinned");

    Files.delete(more);

    assertThat(ready().skill()).isEqualTo("my-scan");
  }

  /** A pin of other files alone is another version, too. */
  @Test
  void aFileBesideTheSheetThatIsPinnedMakesAnotherVersion() throws Exception {
    String before = ready().sha256();
    Files.writeString(mine.resolve("my-scan/more.md"), "x");
    pin();

    assertThat(ready().sha256()).isNotEqualTo(before);
  }

  /** A sparse file: reading it to the end would take a while, and 100 MB. */
  @Test
  void refusesAFolderThatIsTooLargeUnread() throws IOException {
    try (var file = new RandomAccessFile(mine.resolve("my-scan/asset.bin").toFile(), "rw")) {
      file.setLength(100L << 20);
    }

    assertThat(refused().why()).isEqualTo("the folder holds more than 32 MiB");
    assertThat(refused().found()).isEmpty();
  }

  @Test
  void refusesWhatIsNoLongerPinned() throws IOException {
    Files.delete(mine.resolve(SkillLock.FILE));

    assertThat(refused().text()).contains("isn't pinned any more", "skills lock " + mine);
  }

  @Test
  void refusesALockFileThatIsNone() throws IOException {
    Files.writeString(mine.resolve(SkillLock.FILE), "{");

    assertThat(refused().text()).contains(SkillLock.FILE, "isn't JSON");
  }

  @Test
  void refusesAFolderThatIsGone() throws IOException {
    Files.delete(mine.resolve("my-scan/SKILL.md"));
    Files.delete(mine.resolve("my-scan"));

    assertThat(refused().skill()).isEqualTo("my-scan");
  }

  @Test
  void refusesOneThatNoLongerServesItsOperation() throws Exception {
    edit("deployclaw.serves: scan", "deployclaw.serves: validate");
    pin();

    assertThat(refused().text()).contains("no longer serves scan: restart the agent");
  }

  @Test
  void refusesStepsThatCanNotBeFollowed() throws Exception {
    edit("operations: [redis.topology", "operations: [redis.flush");
    SkillSheets.pinAnyway(mine);

    assertThat(refused().text()).contains("my-scan/SKILL.md:10: error: step look uses redis.flush");
  }

  @Test
  void refusesStepsThatNobodyPerforms() throws Exception {
    procedures =
        procedures.performedBy(p ->
            p.steps().toString().contains("redis.clock")
                ? List.of("no executor performs redis.clock")
                : List.of());
    SkillSheets.stepping(mine, "my-scan", "redis.clock");
    SkillSheets.pinAnyway(mine);

    assertThat(refused().text()).contains("no executor performs redis.clock");
  }

  @Test
  void saysOfAPackagedOneThatAStartPutsItBack() throws IOException {
    var sheet = state.resolve("skills/roll-back-rate-limits/SKILL.md");
    Files.writeString(sheet, Files.readString(sheet) + "x");

    assertThat(refused(TaskOperation.ROLLBACK).remedy()).contains("restart the agent");
  }

  private void edit(String what, String by) throws IOException {
    var sheet = mine.resolve("my-scan/SKILL.md");
    String text = Files.readString(sheet);
    assertThat(text).contains(what);
    Files.writeString(sheet, text.replace(what, by));
  }

  private Procedure ready() {
    return ((Activated.Ready) procedures.activate(TaskOperation.SCAN)).procedure();
  }

  private SkillRefusal refused() {
    return refused(TaskOperation.SCAN);
  }

  private SkillRefusal refused(TaskOperation operation) {
    return ((Activated.Refused) procedures.activate(operation)).refusal();
  }

  private String pinnedHash() {
    var pins = SkillLock.read(mine.resolve(SkillLock.FILE)).lock().pins();
    return Objects.requireNonNull(pins.get("my-scan")).sha256();
  }

  private void pin() throws SetupException {
    assertThat(SkillPinService.pin(mine, ConfiguredOperatorPolicy.KERNEL))
        .isInstanceOf(SkillPinService.Outcome.Pinned.class);
  }
}
