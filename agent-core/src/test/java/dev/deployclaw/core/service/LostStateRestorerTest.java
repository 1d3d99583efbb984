package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.store.StoreKeys;
import org.junit.jupiter.api.Test;

/** What was lost comes back by itself; what somebody changed stays, and is only told of. */
class LostStateRestorerTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void putsBackWhatAFailoverTookAway() throws Exception {
    world.run("apply");
    var committed = world.active();
    world.redis.forget("a");

    var ended = world.agent().reassert().orElseThrow();

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(ended.reason()).contains("redis/a: epoch 1").doesNotContain("redis/b");
    assertThat(world.active()).isEqualTo(committed);
    assertThat(world.store.list(StoreKeys.CHANGES)).hasSize(1);
    assertThat(world.log(ended.execution()))
        .contains("lost it, and acts on epoch 0", "Restoring the lost state");
    world.assertAtRest();
  }

  @Test
  void writesOverNobodysHands() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "meant so");

    assertThat(world.agent().reassert()).isEmpty();

    world.redis.forget("b");
    assertThat(world.agent().reassert()).isPresent();
    assertThat(world.redis.live())
        .containsExactly("meant so", world.active().orElseThrow().digest());
  }

  @Test
  void leavesNoLogWhereNothingWasLost() throws Exception {
    assertThat(world.agent().reassert()).isEmpty();
    world.run("apply");
    var before = world.store.list("");

    assertThat(world.agent().reassert()).isEmpty();

    assertThat(world.store.list("")).isEqualTo(before);
    assertThat(world.journal.executions()).hasSize(1);
  }

  @Test
  void standsBackFromTheKillSwitchAndFromWhatIsUnmanaged() throws Exception {
    world.run("apply");
    world.redis.forget("a");
    world.agent().freeze("olivia", "incident");

    assertThat(world.agent().reassert()).isEmpty();

    world.agent().thaw("olivia");
    world.agent().rollback("last", "olivia");
    world.redis.forget("a");
    assertThat(world.agent().reassert()).isEmpty();
    assertThat(world.redis.live()).contains(FakeParticipant.ORIGINAL);
  }

  @Test
  void writesNothingWhenSomethingWasDecidedWhileItLooked() throws Exception {
    world.run("apply");
    world.redis.forget("a");
    var agent = world.agent();
    world.gateway.before(
        "lost",
        () ->
            world.gateway.before("lost", () -> world.store.put(StoreKeys.FREEZE, new byte[] {1})));

    var ended = agent.reassert().orElseThrow();

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(world.redis.live()).contains(FakeParticipant.ORIGINAL);
  }

  @Test
  void saysWhatItCouldNotPutBackAndTriesAgain() throws Exception {
    world.run("apply");
    world.redis.forget("a");
    world.redis.refuseAt("reassert", "readonly");

    var first = world.agent().reassert().orElseThrow();
    world.redis.heal();
    var second = world.agent().reassert().orElseThrow();

    assertThat(first.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(first.reason()).contains("not put back", "readonly");
    assertThat(second.result()).isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }
}
