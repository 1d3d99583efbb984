package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.election.LeaderElection;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.ExecutionReservations.Reserved;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExecutionReservationsTest {
  private static final String FIRST = "arch-2026-11-01-rate-limit-001";
  private static final String SECOND = "arch-2026-11-01-rate-limit-002";

  private final FakeEstate world = new FakeEstate();
  private final ExecutionReservations reservations =
      new ExecutionReservations(world.ports(), "here");

  @Test
  void givesEachTaskAnIdThatNoOtherTakes() throws Exception {
    assertThat(reservations.reserve(Optional.empty())).isEqualTo(new Reserved.Fresh(FIRST));
    assertThat(new ExecutionReservations(world.ports(), "here").reserve(Optional.empty()))
        .isEqualTo(new Reserved.Fresh(SECOND));

    assertThat(world.run("apply").execution()).endsWith("-003");
    assertThat(reservations.reserve(Optional.empty()).execution()).endsWith("-004");
  }

  @Test
  void carriesATaskOutUnderItsId() throws Exception {
    reservations.reserve(Optional.empty());

    var ended =
        world.agent().run(new TaskRequest("apply", "ann", world.time.instant(), false, of(FIRST)));

    assertThat(ended.execution()).isEqualTo(FIRST);
    assertThat(ended.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.change(FIRST)).isPresent();
  }

  @Test
  void takesAnotherIdWhereTheLogOfTheReservedOneIsNotEmpty() throws Exception {
    world.run("apply");

    var ended =
        world
            .agent()
            .run(new TaskRequest("set acme 60", "ann", world.time.instant(), false, of(FIRST)));

    assertThat(ended.execution()).isEqualTo(SECOND);
  }

  @Test
  void holdsWhatWasAskedToWaitForAnApproval() throws Exception {
    var ended =
        world
            .agent()
            .run(new TaskRequest("apply", "ann", world.time.instant(), true, Optional.empty()));

    assertThat(ended.result()).isEqualTo(ExecutionStatus.HELD);
    assertThat(ended.reason()).contains("the request asks for an approval");
  }

  @Test
  void isTakenOverUnlessItWasBegun() throws Exception {
    var other = new ExecutionReservations(world.ports(), "there");
    reservations.reserve(key("k", "asked", "1"));

    assertThat(other.begin("k", FIRST)).as("not its own").isFalse();
    assertThat(other.takeOver("k", FIRST)).isTrue();
    assertThat(reservations.begin("k", FIRST)).as("it was taken over").isFalse();
    assertThat(other.begin("k", FIRST)).isTrue();
    assertThat(other.begin("k", FIRST)).as("after a lost answer").isTrue();
    assertThat(reservations.takeOver("k", FIRST)).as("it was begun").isFalse();
    assertThat(reservations.reserve(key("k", "asked", "2")))
        .isEqualTo(new Reserved.Again(FIRST, "there"));
  }

  @Test
  void isTakenOverOnceThoughTheAnswerIsLost() throws Exception {
    var other = new ExecutionReservations(world.ports(), "there");
    reservations.reserve(key("k", "asked", "1"));
    world.store.fate("task-key/k", Fate.APPLIED_ANSWER_LOST);

    assertThat(other.takeOver("k", FIRST)).isTrue();
    world.store.fate("task-key/k", Fate.APPLIED_ANSWER_LOST);
    assertThat(other.begin("k", FIRST)).isTrue();
    assertThat(reservations.begin("k", FIRST)).isFalse();
  }

  @Test
  void isReplacedUnderTheLeadWhereItWasBegunAndHasNoLog() throws Exception {
    var other = new ExecutionReservations(world.ports(), "there");
    begun();
    other.reserve(Optional.empty());
    try (var lead = lead()) {
      assertThat(other.replace("k", FIRST, SECOND, lead)).isTrue();
      assertThat(other.replace("k", FIRST, SECOND, lead)).as("asked again").isTrue();
      assertThat(other.owns("k", SECOND)).isTrue();
    }

    assertThat(reservations.owns("k", FIRST)).isFalse();
    assertThat(reservations.begin("k", FIRST)).isFalse();
    assertThat(reservations.reserve(key("k", "asked", "2")))
        .isEqualTo(new Reserved.Again(SECOND, "there"));
  }

  @Test
  void isReplacedOnceThoughTheAnswerIsLost() throws Exception {
    var other = new ExecutionReservations(world.ports(), "there");
    begun();
    try (var lead = lead()) {
      world.store.fate("task-key/k", Fate.APPLIED_ANSWER_LOST);

      assertThat(other.replace("k", FIRST, SECOND, lead)).isTrue();
    }
  }

  @Test
  void isNotReplacedWithoutTheLead() throws Exception {
    var other = new ExecutionReservations(world.ports(), "there");
    begun();
    try (var lead = lead()) {
      world.store.expireLeases();
      try (var _ = lead()) {
        assertThat(other.replace("k", FIRST, SECOND, lead)).isFalse();
      }
    }
    assertThat(reservations.owns("k", FIRST)).isTrue();
  }

  @Test
  void isNotReplacedWhereItHasALog() throws Exception {
    var other = new ExecutionReservations(world.ports(), "there");
    begun();
    world.agent().run(new TaskRequest("apply", "ann", world.time.instant(), false, of(FIRST)));
    try (var lead = lead()) {
      assertThat(other.replace("k", FIRST, SECOND, lead)).isFalse();
    }
    assertThat(reservations.owns("k", FIRST)).isTrue();
  }

  @Test
  void leavesWithoutARecordWhatAnotherAgentReplacedWhileItSlept() throws Exception {
    var other = new ExecutionReservations(world.ports(), "there");
    begun();
    var slept = new TaskRequest("apply", "ann", world.time.instant(), false, of(FIRST));
    assertThat(world.agentElsewhere().holds(lead -> other.replace("k", FIRST, SECOND, lead)))
        .isTrue();

    var woke = world.agent().run(slept, _ -> reservations.owns("k", FIRST));

    assertThat(woke.execution()).isEmpty();
    assertThat(woke.result()).isEqualTo(ExecutionStatus.ABORTED);
    assertThat(world.journal.read(FIRST)).isEmpty();
    assertThat(world.store.get(StoreKeys.auditHead(FIRST))).isEmpty();
    assertThat(world.active()).isEmpty();
  }

  private void begun() throws InterruptedException {
    reservations.reserve(key("k", "asked", "1"));
    assertThat(reservations.begin("k", FIRST)).isTrue();
  }

  private Leadership lead() throws InterruptedException {
    return LeaderElection.take(world.ports().state(), world.settings("leader"), world.time)
        .orElseThrow();
  }

  @Test
  void isNotBegunWhereItWasForgotten() throws Exception {
    reservations.reserve(key("k", "asked", "1"));
    reservations.forget(world.time.instant().plus(Duration.ofHours(1)));

    assertThat(reservations.begin("k", FIRST)).isFalse();
    assertThat(reservations.takeOver("k", FIRST)).isFalse();
  }

  @Test
  void findsTheExecutionOfARepeatedCall() throws Exception {
    var first = reservations.reserve(key("k", "asked", "1"));

    var again = new ExecutionReservations(world.ports(), "here").reserve(key("k", "asked", "2"));
    var other = reservations.reserve(key("k", "asked something else", "3"));

    assertThat(first).isEqualTo(new Reserved.Fresh(FIRST));
    assertThat(again).isEqualTo(new Reserved.Again(FIRST, "here"));
    assertThat(other).isEqualTo(new Reserved.Conflict(FIRST));
  }

  @Test
  void knowsItsOwnReservationWhenTheAnswerWasLost() throws Exception {
    world.store.fate("task-key/k", Fate.APPLIED_ANSWER_LOST);

    var reserved = reservations.reserve(key("k", "asked", "1"));

    assertThat(reserved).isEqualTo(new Reserved.Fresh(FIRST));
  }

  @Test
  void reservesAnotherWhereAnAnswerWasLostAndNothingCanTellWhoseItIs() throws Exception {
    world.store.fate("reserved/" + FIRST, Fate.APPLIED_ANSWER_LOST);

    assertThat(reservations.reserve(Optional.empty())).isEqualTo(new Reserved.Fresh(SECOND));
  }

  @Test
  void saysThatTheStoreIsAway() {
    world.store.reachable(false);

    assertThatThrownBy(() -> reservations.reserve(Optional.empty()))
        .isInstanceOf(Unreachable.class);
  }

  @Test
  void forgetsWhatIsOld() throws Exception {
    reservations.reserve(key("k", "asked", "1"));
    var then = world.time.instant().plus(Duration.ofHours(1));
    world.time.pass(Duration.ofHours(2));
    reservations.reserve(key("later", "asked", "2"));

    assertThat(reservations.forget(then)).isEqualTo(2);

    assertThat(world.store.list("reserved/")).hasSize(1);
    assertThat(world.store.list("task-key/")).hasSize(1);
    assertThat(reservations.forget(then)).isZero();
  }

  @Test
  void saysBeforehandWhyAWordWouldBeRefused() throws Exception {
    world.gate = new GatePolicy(true, true, Duration.ofHours(1), List.of());
    var done = world.run("apply").execution();
    var held = world.run("set acme 700 manually").execution();
    var agent = world.agent();

    assertThat(agent.queries().objection(held, "ann", true, "")).isEmpty();
    assertThat(agent.queries().objection(held, "olivia", false, "")).isEmpty();
    assertThat(agent.queries().objection(held, "olivia", true, "").orElseThrow().kind())
        .isEqualTo(ApprovalRefusal.Kind.NOT_ALLOWED);
    assertThat(agent.queries().objection(done, "ann", true, "").orElseThrow().kind())
        .isEqualTo(ApprovalRefusal.Kind.NOT_HELD);
    assertThat(agent.queries().objection("arch-none", "ann", true, "").orElseThrow().kind())
        .isEqualTo(ApprovalRefusal.Kind.NO_SUCH_CHANGE);
  }

  @Test
  void saysWhichPoliciesAreCommitted() throws Exception {
    assertThat(world.queries().policies().set().tenants()).isEmpty();

    world.run("apply");

    assertThat(world.queries().policies().set().tenants()).containsKey("acme");
    world.store.reachable(false);
    assertThat(world.queries().policies().exit()).isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void leavesALogOfWhatItDeclines() throws Exception {
    var ended = world.agent().decline(world.request("apply"), "the agent stops");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.ABORTED);
    assertThat(world.journal.read(ended.execution())).hasSize(2);
  }

  private static Optional<String> of(String execution) {
    return Optional.of(execution);
  }

  private static Optional<ExecutionReservations.Key> key(
      String hash, String fingerprint, String nonce) {
    return Optional.of(new ExecutionReservations.Key(hash, fingerprint, nonce));
  }
}
