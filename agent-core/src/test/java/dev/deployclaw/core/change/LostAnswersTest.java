package dev.deployclaw.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that are lost or late, leads that are lost, and logs that go on elsewhere. */
class LostAnswersTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void aCommitThatNobodyCanReadIsUnknownAndItsLogIsEndedByTheNextStart() throws Exception {
    world.store.fate(StoreKeys.ACTIVE, Fate.APPLIED_THEN_CUT);

    var ended = world.run("apply");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    world.store.reachable(true);
    world.store.expireLeases();
    assertThat(world.agent().recover().finished())
        .singleElement()
        .extracting(RequestOutcome::result)
        .isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @ParameterizedTest
  @EnumSource(names = {"APPLIED_THEN_CUT", "LOST_THEN_CUT"})
  void whatIsCutOffBeforeTheCommitIsAbortedWhetherItsLastRecordArrivedOrNot(Fate fate)
      throws Exception {
    world.store.watch(once("staged", () -> world.store.fate(id(), fate)));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.ABORTED);
    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    var last = new String(last(ended.execution()), StandardCharsets.UTF_8);
    assertThat(last).contains("\"phase\":\"end\"", "\"result\":\"ABORTED\"", "\"in_doubt\":");
    assertTheNextStartAborts(ended.execution());
  }

  @ParameterizedTest
  @EnumSource(names = {"APPLIED_THEN_CUT", "LOST_THEN_CUT"})
  void whatIsCutOffWhileItOpensIsAborted(Fate fate) throws Exception {
    world.store.fate(StoreKeys.OPEN, fate);

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.ABORTED);
    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertTheNextStartAborts(ended.execution());
  }

  @Test
  void aLeaseThatRunsOutWithTheStoreAwayEndsTheLogToo() throws Exception {
    world.store.watch(
        once(
            "staged",
            () -> {
              world.store.expireLeases();
              world.store.reachable(false);
            }));

    var ended = world.run("apply");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.UNREACHABLE);
    assertTheNextStartAborts(ended.execution());
  }

  private void assertTheNextStartAborts(String execution) throws Exception {
    assertThat(new String(last(execution), StandardCharsets.UTF_8)).contains("ABORTED");
    world.store.reachable(true);
    world.store.expireLeases();
    world.agent().recover();
    assertThat(world.change(execution).map(ChangeExecution::state))
        .satisfiesAnyOf(
            state -> assertThat(state).isEmpty(),
            state -> assertThat(state.orElseThrow()).isInstanceOf(ChangeState.Aborted.class));
    var records = world.journal.read(execution);
    assertThat(audit(execution))
        .as("what the state store holds stands in the file, in its place")
        .allSatisfy(e -> assertThat(records).contains(e.value()));
    assertThat(new String(records.getLast(), StandardCharsets.UTF_8)).contains("ABORTED");
    assertThat(world.store.list(StoreKeys.OPEN)).isEmpty();
    world.assertAtRest();
  }

  private byte[] last(String execution) {
    return world.journal.read(execution).getLast();
  }

  @Test
  void aHoldThatNobodyCanReadIsUnknown() throws Exception {
    world.store.watch(once("prepared", () -> world.store.fate(id(), Fate.APPLIED_THEN_CUT)));

    var ended = world.run("apply manually");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    world.store.reachable(true);
    world.store.expireLeases();
    world.agent().recover();
    assertThat(world.change(ended.execution()).orElseThrow().state())
        .isInstanceOf(ChangeState.Held.class);
    world.assertAtRest();
  }

  @Test
  void aCommitThatIsAppliedLateIsNotAbandoned() throws Exception {
    world.store.fate(StoreKeys.ACTIVE, Fate.LATE);

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @Test
  void aLateCommitOfALeaderThatLostTheLeadIsNotCalledAborted() throws Exception {
    world.store.fate(StoreKeys.ACTIVE, Fate.LATE);
    world.store.watch(once("committed", world.store::expireLeases));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    world.agent().recover();
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    world.assertAtRest();
  }

  @Test
  void aLateCommitBehindWhichTheStoreIsCutOffIsNotCalledAborted() throws Exception {
    world.store.fate(StoreKeys.ACTIVE, Fate.LATE);
    world.store.watch(once("committed", () -> world.store.reachable(false)));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    world.store.reachable(true);
    world.store.expireLeases();
    world.agent().recover();
    world.assertAtRest();
  }

  @Test
  void aRecoveryThatCanNotGoOnDoesNotGoRoundInCircles() throws Exception {
    world.store.watch(once("staged", world.store::expireLeases));
    var run = world.run("apply");
    assertThat(world.change(run.execution()).orElseThrow().state())
        .isInstanceOf(ChangeState.Staged.class);
    world.store.watch(once("aborting", world.store::expireLeases));

    var recovered = world.agent().recover();

    assertThat(recovered.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(recovered.finished()).isEmpty();
    world.agent().recover();
    world.assertAtRest();
  }

  @Test
  void aHeldChangeIsApprovedOnAnotherMachine() throws Exception {
    var held = world.run("apply manually");

    var ended = world.agentElsewhere().approve(held.execution(), "ann");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(text(audit(held.execution()).getLast())).contains("\"phase\":\"end\"");
    int records = audit(held.execution()).size();
    world.agent().recover();
    assertThat(audit(held.execution())).hasSize(records);
    assertThat(world.journal.read(held.execution()).getLast())
        .as("the first machine's file ends as the log ended elsewhere, so that it is shipped")
        .isEqualTo(audit(held.execution()).getLast().value());
  }

  @Test
  void theWayBackIsTriedAgainWhenWhatItNeedsWasOutOfReach() throws Exception {
    world.probe.fail("nothing is enforced");
    world.store.watch(once("committed", () -> world.objects.reachable(false)));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    world.objects.reachable(true);
    world.agent().recover();
    assertThat(world.gateway.live()).containsOnly(FakeParticipant.ORIGINAL);
    assertThat(world.change(ended.execution()).orElseThrow().state())
        .isInstanceOf(ChangeState.RolledBack.class);
  }

  @Test
  void aWayBackIsNotCalledProvenWhileAMemberCanNotBeObserved() throws Exception {
    world.run("apply");
    world.probe.fail("wrong");
    world.store.watch(once("undoing", () -> world.redis.unreachableAt("observe")));

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    world.redis.heal();
    world.agent().recover();
    assertThat(world.change(ended.execution()).orElseThrow().state())
        .isInstanceOf(ChangeState.RolledBack.class);
    world.assertAtRest();
  }

  /** Acts when a change is in a state for the first time. */
  private Consumer<FakeStateStore> once(String state, Runnable act) {
    boolean[] done = new boolean[1];
    return store -> {
      boolean there = store.list(StoreKeys.CHANGES).stream().anyMatch(e -> state(e).equals(state));
      if (there && !done[0]) {
        done[0] = true;
        act.run();
      }
    };
  }

  private static String state(Entry change) {
    return ChangeExecution.read(change.value())
        .state()
        .getClass()
        .getSimpleName()
        .toLowerCase(Locale.ROOT);
  }

  private String id() {
    return world.store.list(StoreKeys.CHANGES).getLast().key();
  }

  private List<Entry> audit(String execution) {
    return world.store.list(StoreKeys.audits(execution));
  }

  private static String text(Entry entry) {
    return new String(entry.value(), StandardCharsets.UTF_8);
  }
}
