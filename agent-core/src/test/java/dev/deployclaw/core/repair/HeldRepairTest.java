package dev.deployclaw.core.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A repair that is asked to wait writes nothing until it is approved, and then what was read. */
class HeldRepairTest {
  private static final String STRANGE = "somebody's";

  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void drifts() throws Exception {
    world.run("apply");
    world.redis.tamper("a", STRANGE);
  }

  @Test
  void isCarriedOutByAnotherProcessOnceItIsApproved() throws Exception {
    var objects = world.objects.checkpoints();
    var held = world.run("repair manually");
    assertThat(held.exit()).isEqualTo(ExitCode.HELD);
    assertThat(world.redis.live()).contains(STRANGE);
    assertThat(world.objects.checkpoints()).isEqualTo(objects);

    var ended = world.agentElsewhere().approve(held.execution(), "ann");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.redis.live()).doesNotContain(STRANGE);
    assertThat(world.agent().approve(held.execution(), "ann").exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(world.laws.broken()).isEmpty();
  }

  @Test
  void waitsWhereItsCallerAsks() throws Exception {
    var asked = new TaskRequest("repair", "olivia", world.time.instant(), true, Optional.empty());

    var held = world.agent().repair(asked);

    assertThat(held.exit()).isEqualTo(ExitCode.HELD);
    assertThat(world.redis.live()).contains(STRANGE);
  }

  @Test
  void rejectedLeavesAllAsItIs() throws Exception {
    var held = world.run("repair manually");

    var ended = world.agent().reject(held.execution(), "ann");

    assertThat(ended.cause()).contains(AbortCause.REJECTED);
    assertThat(world.redis.live()).contains(STRANGE);
    assertThat(world.store.list(StoreKeys.HELD_REPAIRS)).isEmpty();
    assertThat(world.agent().approve(held.execution(), "ann").exit()).isEqualTo(ExitCode.REFUSED);
  }

  @Test
  void isNotCarriedOutForMoreThanWasApproved() throws Exception {
    var held = world.run("repair manually");
    world.gateway.tamper("two", STRANGE);

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.cause()).contains(AbortCause.STALE);
    assertThat(world.redis.live()).contains(STRANGE);
    assertThat(world.gateway.live()).contains(STRANGE);
    assertThat(world.store.list(StoreKeys.HELD_REPAIRS)).isEmpty();
  }

  @Test
  void isOverOnceThereIsNothingToRepair() throws Exception {
    var held = world.run("repair manually");
    world.redis.tamper("a", world.active().orElseThrow().digest());

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(world.store.list(StoreKeys.HELD_REPAIRS)).isEmpty();
  }

  @Test
  void waitsOnWhileAllIsFrozen() throws Exception {
    var held = world.run("repair manually");
    world.agent().freeze("olivia", "incident 4711");

    var frozen = world.agent().approve(held.execution(), "ann");
    world.agent().thaw("olivia");
    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(frozen.cause()).contains(AbortCause.FROZEN);
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void isNotCarriedOutOnAnotherBase() throws Exception {
    var held = world.run("repair manually");
    world.redis.tamper("a", world.active().orElseThrow().digest());
    assertThat(world.run("set acme 700").result()).isEqualTo(ExecutionStatus.COMPLETED);
    world.redis.tamper("a", STRANGE);

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.cause()).contains(AbortCause.STALE);
    assertThat(world.redis.live()).contains(STRANGE);
  }

  @Test
  void endsWhenItWasNotApprovedInTime() throws Exception {
    var held = world.run("repair manually");
    world.time.pass(Duration.ofHours(2));

    assertThat(world.agent().recover().finished())
        .extracting(RequestOutcome::execution)
        .contains(held.execution());
    assertThat(world.store.list(StoreKeys.HELD_REPAIRS)).isEmpty();
    assertThat(world.redis.live()).contains(STRANGE);
  }

  @Test
  void theRequesterCannotApproveTheirOwnWhereTheyMustDiffer() throws Exception {
    world.gate = new GatePolicy(true, true, Duration.ofHours(1), List.of());
    var held = world.run("repair manually");

    var own = world.agent().approve(held.execution(), "olivia");
    var other = world.agent().approve(held.execution(), "ann");

    assertThat(own.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(own.reason()).contains("must differ");
    assertThat(other.result()).as(other.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void anotherPlanIsNotApproved() throws Exception {
    var held = world.run("repair manually");

    var ended = world.agent().approve(held.execution(), "ann", "beef");

    assertThat(ended.reason()).contains("not beef");
    assertThat(world.redis.live()).contains(STRANGE);
  }
}
