package dev.deployclaw.core.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was accepted gets into the source, or somebody is told why not. */
class SourceWriteBackTest {
  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void live() throws Exception {
    world.sources.writeBack();
    world.run("apply");
  }

  @Test
  void aCompletedChangeIsInItsSource() throws Exception {
    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.sources.text("acme.yaml")).contains("requests: 700");
    assertThat(world.queries().scan().truth().overlays()).isEmpty();
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(world.log(ended.execution())).contains("1 written back");
    world.assertAtRest();
  }

  @Test
  void whatWasWrittenBackIsNoOverlayOfALaterEdit() throws Exception {
    world.run("set acme 700");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 900));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.queries().scan().truth().overlays()).isEmpty();
  }

  @Test
  void aChangeThatDidNotCompleteIsNotWrittenBack() throws Exception {
    world.probe.fail("wrong");

    var ended = world.run("set acme 700");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(world.sources.text("acme.yaml")).contains("requests: 600");
    world.assertAtRest();
  }

  @Test
  void aHeldChangeIsWrittenBackOnceItIsApproved() throws Exception {
    var held = world.run("set acme 700 manually");
    assertThat(world.sources.text("acme.yaml")).contains("requests: 600");

    world.agent().approve(held.execution(), "ann");

    assertThat(world.sources.text("acme.yaml")).contains("requests: 700");
    world.assertAtRest();
  }

  @Test
  void aSourceThatSomebodyEditedSinceIsLeftToThem() throws Exception {
    world.gateway.before(
        "publish",
        () ->
            world.sources.edit(
                "acme.yaml", FakeSourcesExecutor.document("acme", 900), "kubectl-edit at noon"));

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.sources.text("acme.yaml")).contains("requests: 900");
    assertThat(world.log(ended.execution()))
        .contains("acme.yaml is left: it was edited since, by kubectl-edit at noon");
    world.assertAtRest();
  }

  @Test
  void whatGotNoAnswerIsTriedAgainAtTheNextStart() throws Exception {
    world.sources.unwritable(true);
    var ended = world.run("set acme 700");
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.log(ended.execution()))
        .contains("no answer (the next command that may write tries again)");
    assertThat(world.store.list(StoreKeys.WRITE_BACK)).hasSize(1);

    world.agent().recover();
    assertThat(world.store.list(StoreKeys.WRITE_BACK)).as("still down").hasSize(1);
    world.sources.unwritable(false);
    world.agent().recover();

    assertThat(world.sources.text("acme.yaml")).contains("requests: 700");
    assertThat(world.log(ended.execution())).contains("1 written back");
    world.assertAtRest();
  }

  @Test
  void aLateWriteBackWritesWhatIsCommittedByThen() throws Exception {
    world.sources.unwritable(true);
    world.run("set acme 700");
    world.run("set acme 800");
    world.sources.unwritable(false);

    world.agent().recover();

    assertThat(world.sources.text("acme.yaml")).contains("requests: 800");
    world.assertAtRest();
  }

  @Test
  void aRollbackDoesNotWaitForWhatIsStillToBeWrittenBack() throws Exception {
    world.sources.unwritable(true);
    var late = world.run("set acme 700");
    world.run("set zenith 70");
    world.sources.unwritable(false);
    var then = new ArrayList<String>();
    world.gateway.before("publish", () -> then.add(world.sources.text("acme.yaml")));

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    assertThat(then).isNotEmpty().allSatisfy(text -> assertThat(text).contains("requests: 600"));
    assertThat(world.sources.text("acme.yaml")).as("and then").contains("requests: 700");
    assertThat(world.log(late.execution())).contains("1 written back");
    world.assertAtRest();
  }

  @Test
  void anOutageOfTheSourcesCostsOneCall() throws Exception {
    world.sources.unwritable(true);
    world.run("set acme 700");
    world.run("set zenith 70");
    world.run("set acme 800");
    assertThat(world.store.list(StoreKeys.WRITE_BACK)).hasSize(3);
    int before = world.sources.writes();

    world.agent().recover();

    assertThat(world.sources.writes()).isEqualTo(before + 1);
    assertThat(world.store.list(StoreKeys.WRITE_BACK)).hasSize(3);
  }

  @Test
  void aSourceThatNeverAnswersKeepsNoOtherWaiting() throws Exception {
    world.sources.unwritable(true);
    for (int i = 0; i <= SourceWriteBack.MOST; i++) {
      world.run("set acme " + (700 + i));
    }
    world.run("set zenith 70");
    world.sources.unwritable(false);
    world.sources.unwritable("acme.yaml");
    int due = world.store.list(StoreKeys.WRITE_BACK).size();
    assertThat(due).isEqualTo(SourceWriteBack.MOST + 2);

    for (int i = 0; i < due; i++) {
      world.agent().recover();
    }

    assertThat(world.sources.text("zenith.yaml")).contains("requests: 70");
    assertThat(world.store.list(StoreKeys.WRITE_BACK)).hasSize(due - 1);
  }

  @Test
  void whoDoesNotLeadAnyMoreWritesNothing() throws Exception {
    world.sources.atReads(List.of(() -> {}, world.store::expireLeases));

    world.run("set acme 700");

    assertThat(world.sources.writes()).isZero();
    assertThat(world.sources.text("acme.yaml")).contains("requests: 600");
    world.agent().recover();
    assertThat(world.sources.text("acme.yaml")).contains("requests: 700");
    world.assertAtRest();
  }
}
