package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.skill.ConfiguredOperatorPolicy;
import dev.deployclaw.container.skill.SkillLocations;
import dev.deployclaw.container.skill.SkillPinService;
import dev.deployclaw.container.skill.SkillResolver;
import dev.deployclaw.container.skill.SkillSheets;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A refusal leaves a record that names it: in the execution's log; where there is none, or it is
 * ended, in the application's. Calls of executors are in {@link LineTest}.
 */
class LineRecordsTest {
  @TempDir Path state;
  @TempDir Path mine;
  @TempDir Path project;
  private final FakeEstate world = new FakeEstate();

  @AutoClose private final CapturedLog application = CapturedLog.of("dev.deployclaw");

  /** What moves between somebody's reading of a held change and the approval. */
  enum Moved {
    THE_COMMITTED_EPOCH("was committed meanwhile") {
      @Override
      void in(FakeEstate world, String held) throws InterruptedException {
        world.run("set zenith 70");
      }
    },
    A_MEMBER("no longer match the checkpoint") {
      @Override
      void in(FakeEstate world, String held) {
        world.gateway.tamper("two", "by hand");
      }
    },
    THE_CHECKPOINT("checkpoint") {
      @Override
      void in(FakeEstate world, String held) {
        var there = world.change(held).orElseThrow().checkpoint().orElseThrow();
        world.objects.alter(there.object(), new byte[] {1});
      }
    };

    private final String says;

    Moved(String says) {
      this.says = says;
    }

    abstract void in(FakeEstate world, String held) throws InterruptedException;
  }

  /** The plan in the state store is another one than the approver read. */
  @Test
  void aPlanThatChangedAfterItWasReadIsNotApproved() throws Exception {
    var held = world.run("apply manually").execution();
    String read = world.change(held).orElseThrow().planHash();
    var stored = new String(world.change(held).orElseThrow().bytes(), StandardCharsets.UTF_8);
    world.store.put(
        StoreKeys.change(held),
        stored.replace(read, "0".repeat(64)).getBytes(StandardCharsets.UTF_8));

    var ended = world.agent().approve(held, "ann", read);

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(world.active()).isEmpty();
    assertThat(world.log(held))
        .contains("\"action\":\"Approval refused\"", "\"who\":\"ann\"")
        .contains("the plan of " + held + " is 000", "not " + read);
  }

  @ParameterizedTest
  @EnumSource
  void whatMovedUnderAnApprovalEndsTheChangeAndItsLogSaysWhat(Moved moved) throws Exception {
    world.run("apply");
    var held = world.run("set acme 700 manually").execution();
    moved.in(world, held);

    var ended = world.agent().approve(held, "ann");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ABORTED);
    assertThat(world.log(held)).contains("\"phase\":\"end\"", moved.says);
  }

  @Test
  void whoAskedDoesNotApproveAndTheLogSaysWhoTried() throws Exception {
    world.gate = new GatePolicy(false, true, Duration.ofHours(1), List.of());
    var held = world.run("apply").execution();

    var ended = world.agent().approve(held, "olivia");

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(world.log(held))
        .contains("\"action\":\"Approval refused\"", "\"who\":\"olivia\"", ended.reason());
  }

  @Test
  void anApprovalThatIsUsedAgainIsTold() throws Exception {
    var held = world.run("apply manually").execution();
    world.agent().approve(held, "ann");

    world.agent().approve(held, "ann");

    assertTold("approval refused", held, "ann", "isn't held: observed completed, expected held");
  }

  @Test
  void aSkillThatWasEditedAfterItWasPinnedIsTold() throws Exception {
    SkillSheets.sound(mine, "my-scan", "Looking my way");
    assertThat(SkillPinService.pin(mine, ConfiguredOperatorPolicy.KERNEL))
        .isInstanceOf(SkillPinService.Outcome.Pinned.class);
    SkillSheets.sound(mine, "my-scan", "Looking another way");

    assertThat(refusal()).contains("changed since it was pinned");
    assertTold("skill refused", mine + "/my-scan/SKILL.md", "changed since it was pinned");
  }

  /** With a Cyrillic letter, in the operator's folder. */
  @Test
  void aSkillThatOnlyLooksLikeAnothersIsTold() {
    SkillSheets.sound(mine, "sc\u0430n-rate-limits", "Looking elsewhere");

    assertThat(refusal()).contains("isn't pinned");
    assertTold("skill refused", "sc\u0430n-rate-limits", "isn't pinned");
  }

  @Test
  void oneThatLiesInTheProjectIsPassedOverAndTold() throws Exception {
    SkillSheets.sound(
        project.resolve(".agents/skills"), "sc\u0430n-rate-limits", "Looking elsewhere");

    assertThat(shelf(Optional.empty()).procedures()).isNotNull();
    assertTold("skill refused", "sc\u0430n-rate-limits of scope project isn't pinned");
  }

  /** What would write the agent's own policy is in no skill's power, even where it is pinned. */
  @ParameterizedTest
  @ValueSource(strings = {"policies.write", "gate.write", "sources.write-back", "redis.publish"})
  void aStepThatWouldWriteThePolicyIsToldAndNotBegun(String operation) throws Exception {
    SkillSheets.stepping(mine, "my-scan", operation);
    SkillSheets.pinAnyway(mine);

    assertThat(refusal()).contains(operation);
    assertTold("skill refused", mine + "/my-scan/SKILL.md", operation);
  }

  private String refusal() {
    var shelf = shelf(Optional.of(mine));
    return String.valueOf(
        catchThrowableOfType(SetupException.class, shelf::procedures).getMessage());
  }

  private SkillResolver shelf(Optional<Path> operator) {
    return new SkillResolver(
        new SkillLocations(state, operator, Optional.of(project), Optional.empty()));
  }

  private void assertTold(String message, String... words) {
    assertThat(application.lines())
        .anySatisfy(event -> {
          assertThat(event.getLevel()).isEqualTo(Level.WARN);
          assertThat(event.getFormattedMessage()).isEqualTo(message);
          assertThat(String.valueOf(event.getKeyValuePairs())).contains(words);
        });
  }
}
