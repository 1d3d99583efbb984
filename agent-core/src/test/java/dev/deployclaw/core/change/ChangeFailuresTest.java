package dev.deployclaw.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeFailuresTest {
  private final FakeEstate world = new FakeEstate();

  @ParameterizedTest
  @ValueSource(strings = {"topology", "observe", "stage", "prepare"})
  void outOfReachBeforeTheCommitEndsWithNothingChanged(String verb) throws Exception {
    world.redis.unreachableAt(verb);

    var ended = world.run("apply");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(ended.result()).isEqualTo(ExecutionStatus.ABORTED);
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
    assertThat(world.store.list("policy/")).isEmpty();
    world.assertAtRest();
  }

  @Test
  void aParticipantWithoutMembersPassesNoVote() throws Exception {
    world.gateway.dismiss();

    var ended = world.run("apply");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(ended.reason()).contains("gateway: no member of it answered");
    assertThat(world.active()).isEmpty();
    assertThat(world.redis.live()).containsOnly(FakeParticipant.ORIGINAL);
  }

  @Test
  void gatewaysThatThePolicySetNamesAndNobodySpeaksForPassNoVote() throws Exception {
    world.gateway.leaveOut();

    var ended = world.run("apply");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("only 0 of the 1 gateways of the policy set voted");
    assertThat(world.active()).isEmpty();
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
  }

  @Test
  void aChangeThatNothingCouldProveIsNotBegun() throws Exception {
    world.gateways = List.of();

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(ended.result()).isEqualTo(ExecutionStatus.REFUSED);
    assertThat(ended.reason()).contains("no gateway is configured", "add one under gateways");
    assertThat(world.store.get("epoch")).isEmpty();
    assertThat(world.queries().scan().looks()).isNotEmpty();
  }

  @Test
  void aNoVoteIsNamedAndAborts() throws Exception {
    world.gateway.refuseAt("prepare", "unknown directive");

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("gateway/one").contains("unknown directive");
    assertThat(ended.cause()).contains(AbortCause.VOTED_DOWN);
    assertThat(world.redis.staged()).isEmpty();
    world.assertAtRest();
  }

  @Test
  void whatCouldNotBeRemovedIsNamedAndCollectedLater() throws Exception {
    world.gateway.refuseAt("prepare", "unknown directive");
    world.redis.unreachableAt("discard");
    var ended = world.run("apply");
    assertThat(world.redis.staged()).containsExactly(1L);
    var aborted = (ChangeState.Aborted) world.change(ended.execution()).orElseThrow().state();
    assertThat(aborted.leftovers()).singleElement().asString().contains("redis");

    world.redis.heal();
    world.gateway.heal();
    world.run("apply");

    assertThat(world.redis.staged()).containsExactly(2L);
    world.assertAtRest();
  }

  @Test
  void outOfReachAfterTheCommitIsPendingAndRolledForwardLater() throws Exception {
    world.redis.unreachableAt("publish");

    var ended = world.run("apply");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(ended.reason()).contains("redis");
    world.redis.heal();
    var recovered = world.agent().recover().finished();
    assertThat(recovered)
        .singleElement()
        .extracting(RequestOutcome::result)
        .isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @Test
  void nothingNewBeginsWhileACommittedChangeIsPending() throws Exception {
    world.redis.unreachableAt("publish");
    world.run("apply");

    var ended = world.run("set acme 700");

    assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void aRefusedPublishGoesBackByItself() throws Exception {
    world.run("apply");
    String before = world.active().orElseThrow().digest();
    world.gateway.refuseAt("converge", "still runs the old file");
    var agent = world.agent();

    var ended = agent.run(world.request("set acme 700"));

    assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
    world.gateway.heal();
    world.agent().recover();
    assertThat(world.active().orElseThrow().digest()).isEqualTo(before);
  }

  @Test
  void aFailedProbeGoesBackToThePredecessor() throws Exception {
    world.run("apply");
    String before = world.active().orElseThrow().digest();
    world.probe.fail("limit acme/orders admits 10 % too much");

    var ended = world.run("set acme 700");

    assertThat(ended.exit()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.result()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(ended.reason()).contains("10 % too much");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
    assertThat(world.active().orElseThrow().digest()).isEqualTo(before);
    assertThat(world.live()).containsExactly(before);
    world.assertAtRest();
  }

  @Test
  void aFailedFirstProbeGoesBackToWhatWasFound() throws Exception {
    world.gateway.tamper("two", "another file");
    world.probe.fail("nothing is enforced");

    var ended = world.run("apply");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.gateway.live())
        .containsExactly(FakeParticipant.ORIGINAL, FakeParticipant.ORIGINAL, "another file");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
  }

  @Test
  void anAlteredCheckpointIsNeverCommitted() throws Exception {
    var held = world.run("apply manually");
    String object = world.objects.checkpoints().iterator().next();
    world.objects.alter(object, "{}".getBytes(StandardCharsets.UTF_8));

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("no longer hashes to its name");
    assertThat(world.active()).isEmpty();
    assertThat(world.redis.staged()).isEmpty();
  }

  @Test
  void withoutTheObjectStoreNothingNewIsCommitted() throws Exception {
    world.objects.reachable(false);

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(world.active()).isEmpty();
    world.assertAtRest();
  }

  @Test
  void withoutTheStateStoreNothingBegins() throws Exception {
    world.store.reachable(false);

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(ended.execution()).isNotEmpty();
    assertThat(world.journal.read(ended.execution())).isNotEmpty();
  }

  @Test
  void aCommitWhoseAnswerWasLostIsFoundByReading() throws Exception {
    world.store.fate("active", Fate.APPLIED_ANSWER_LOST);

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @Test
  void aCommitThatWasLostIsNotTriedAgain() throws Exception {
    world.store.fate("active", Fate.LOST);

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(world.active()).isEmpty();
    assertThat(world.redis.staged()).isEmpty();
    world.assertAtRest();
  }

  @Test
  void theKillSwitchStopsWhatIsNewButNotTheWayBack() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.store.put("freeze", new byte[] {1});

    var forward = world.run("set acme 800");
    var back = world.agent().rollback("last", "olivia");

    assertThat(forward.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(forward.reason()).contains("kill switch");
    assertThat(back.result()).as(back.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @Test
  void anotherLeaderIsNotDisturbed() throws Exception {
    world.store.stand("somebody else", Duration.ofSeconds(10));

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("another agent leads");
  }
}
