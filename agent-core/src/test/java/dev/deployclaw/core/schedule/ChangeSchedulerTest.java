package dev.deployclaw.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.store.StoreKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Changes that begin at a time. */
class ChangeSchedulerTest {
  private static final String AT_ONE = "set acme 700 at 2026-11-01T13:00:00Z";

  private final FakeEstate world = new FakeEstate();

  @Test
  void aPlannedChangeWaitsInTheStateStoreAndBeginsAtItsTime() throws Exception {
    world.run("apply");
    var planned = world.run(AT_ONE);

    assertThat(planned.exit()).as(planned.reason()).isEqualTo(ExitCode.HELD);
    assertThat(planned.reason())
        .contains("scheduled for 2026-11-01T13:00:00Z", "deployclaw serve")
        .contains("deployclaw reject " + planned.execution());
    assertThat(world.store.get(StoreKeys.OPEN)).isEmpty();
    assertThat(keepTime(world.agent())).isEmpty();
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);

    world.time.pass(Duration.ofHours(1));
    var begun = keepTime(world.agentElsewhere());

    assertThat(begun).extracting(RequestOutcome::result).containsExactly(ExecutionStatus.COMPLETED);
    assertThat(begun).extracting(RequestOutcome::execution).containsExactly(planned.execution());
    assertThat(world.active().orElseThrow().change()).isEqualTo(planned.execution());
    assertThat(world.queries().storeStatus().scheduled().entries()).isEmpty();
    assertThat(keepTime(world.agent())).as("once").isEmpty();
  }

  @Test
  void isStaleWhenSomethingWasCommittedMeanwhile() throws Exception {
    world.run("apply");
    var planned = world.run(AT_ONE);
    assertThat(world.queries().storeStatus().moved(planned.execution())).isEmpty();
    world.run("set zenith 70");
    assertThat(world.queries().storeStatus().moved(planned.execution()).orElseThrow())
        .as("told at once, not at its time")
        .contains("something was committed since it was planned (epoch 2 now)");
    world.time.pass(Duration.ofHours(1));

    var ended = keepTime(world.agent());

    assertThat(ended)
        .extracting(RequestOutcome::cause)
        .containsExactly(Optional.of(AbortCause.STALE));
    assertThat(ended.getFirst().execution()).isEqualTo(planned.execution());
    assertThat(ended.getFirst().reason()).contains("guard active: observed revision", "expected");
    assertThat(world.queries().storeStatus().scheduled().entries()).isEmpty();
    world.assertAtRest();
  }

  @Test
  void isStaleWhenASourceWasChangedMeanwhile() throws Exception {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 800));
    world.run("apply at 2026-11-01T13:00:00Z");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 900));
    world.time.pass(Duration.ofHours(1));

    var ended = keepTime(world.agent());

    assertThat(ended)
        .extracting(RequestOutcome::cause)
        .containsExactly(Optional.of(AbortCause.STALE));
    assertThat(ended.getFirst().reason()).contains("guard plan: observed policies of digest");
    assertThat(world.queries().storeStatus().scheduled().entries()).isEmpty();
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void aPersonCancelsItWhereverTheyAre() throws Exception {
    world.run("apply");
    var planned = world.run(AT_ONE);
    assertThat(world.queries().objection(planned.execution(), "ann", false, "")).isEmpty();
    assertThat(world.agent().approve(planned.execution(), "ann").reason())
        .contains("isn't waiting for an approval: it is scheduled for 2026-11-01T13:00:00Z");

    var cancelled = world.agent().reject(planned.execution(), "ann");

    assertThat(cancelled.cause()).contains(AbortCause.REJECTED);
    assertThat(cancelled.reason()).contains("cancelled by ann");
    world.time.pass(Duration.ofHours(1));
    assertThat(keepTime(world.agent())).isEmpty();
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    world.assertAtRest();
  }

  @Test
  void isNotBegunLongAfterItsTime() throws Exception {
    world.run("apply");
    world.run(AT_ONE);
    world.time.pass(Duration.ofHours(3));

    var ended = keepTime(world.agent());

    assertThat(ended.getFirst().cause()).contains(AbortCause.EXPIRED);
    assertThat(ended.getFirst().reason()).contains("could not start within an hour of its time");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void aStartInThePastIsAskedAbout() throws Exception {
    var ended = world.run("apply at 2026-11-01T11:00:00Z");

    assertThat(ended.exit()).isEqualTo(ExitCode.NEEDS_CLARIFICATION);
    assertThat(ended.reason()).contains("has passed");
  }

  @Test
  void isHeldAtItsTimeWhereTheGateSaysSo() throws Exception {
    world.run("apply");
    var planned = world.run("set acme 700 at 2026-11-01T13:00:00Z manually");
    world.time.pass(Duration.ofHours(1));

    assertThat(keepTime(world.agent()))
        .extracting(RequestOutcome::result)
        .containsExactly(ExecutionStatus.HELD);

    var ended = world.agent().approve(planned.execution(), "ann");
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void isApprovedBeforeItsTimeAndBeginsAtItsTime() throws Exception {
    world.run("apply");
    var planned = world.run("set acme 700 at 2026-11-01T13:00:00Z manually");
    var plan = world.queries().heldPlan(planned.execution()).orElseThrow();
    assertThat(plan.changes()).anyMatch(line -> line.contains("requests 600 -> 700"));

    var approved =
        world
            .agent()
            .approve(planned.execution(), "ann", plan.waiting().planHash().substring(0, 8));

    assertThat(approved.result()).as(approved.reason()).isEqualTo(ExecutionStatus.HELD);
    assertThat(approved.reason()).contains("scheduled for 2026-11-01T13:00", "approved by ann");
    assertThat(keepTime(world.agent())).as("before its time").isEmpty();
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(world.agent().approve(planned.execution(), "ann").exit())
        .isEqualTo(ExitCode.REFUSED);
    world.time.pass(Duration.ofHours(1));
    var begun = keepTime(world.agent());
    assertThat(begun).extracting(RequestOutcome::result).containsExactly(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().change()).isEqualTo(planned.execution());
    world.assertAtRest();
  }

  @Test
  void anApprovalBeforeItsTimeIsOfThisPlanAndByAnother() throws Exception {
    world.gate = new GatePolicy(true, true, Duration.ofHours(1), List.of());
    world.run("apply");
    var planned = world.run("set acme 700 at 2026-11-01T13:00:00Z manually");

    var own = world.agent().approve(planned.execution(), "olivia");
    var misquoted = world.agent().approve(planned.execution(), "ann", "beef");

    assertThat(own.reason()).contains("must differ from the requester");
    assertThat(misquoted.exit()).isEqualTo(ExitCode.REFUSED);
    world.time.pass(Duration.ofHours(1));
    assertThat(keepTime(world.agent()))
        .extracting(RequestOutcome::result)
        .containsExactly(ExecutionStatus.HELD);
    world.assertAtRest();
  }

  @Test
  void anApprovalBeforeItsTimeIsVoidWhereSomethingWasCommittedMeanwhile() throws Exception {
    world.run("apply");
    var planned = world.run("set acme 700 at 2026-11-01T13:00:00Z manually");
    world.run("set zenith 70");

    var late = world.agent().approve(planned.execution(), "ann");

    assertThat(late.exit()).as(late.reason()).isEqualTo(ExitCode.REFUSED);
    assertThat(late.reason()).contains("something was committed since it was planned");
    world.assertAtRest();
  }

  @Test
  void onlyAChangeOfPoliciesIsScheduled() throws Exception {
    world.run("apply");

    var ended = world.run("back at 2026-11-01T13:00:00Z");

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("doesn't support a start time");
  }

  @Test
  void anEntryThatCannotBeReadIsNamedAndHoldsUpNoOther() throws Exception {
    world.run("apply");
    var planned = world.run(AT_ONE);
    world.store.put(StoreKeys.scheduled("arch-2026-11-01-rate-limit-000"), new byte[] {1});
    world.store.put(
        StoreKeys.scheduled("arch-2026-11-01-rate-limit-900"),
        world.store.get(StoreKeys.scheduled(planned.execution())).orElseThrow().value());
    world.time.pass(Duration.ofHours(1));

    assertThat(world.queries().storeStatus().scheduled().unread())
        .hasSize(2)
        .anyMatch(text -> text.contains("rate-limit-000: its entry"))
        .anyMatch(text -> text.contains("rate-limit-900: its entry"));
    assertThat(keepTime(world.agent()))
        .extracting(RequestOutcome::result)
        .containsExactly(ExecutionStatus.COMPLETED);

    var rejected = world.agent().reject("arch-2026-11-01-rate-limit-000", "ann");

    assertThat(rejected.cause()).contains(AbortCause.REJECTED);
    assertThat(world.queries().storeStatus().scheduled().unread()).hasSize(1);
  }

  @Test
  void noMoreThanAThousandWaitAtOnceAndTheNextIsRefused() throws Exception {
    world.run("apply");
    for (int i = 0; i < ChangeScheduler.MOST; i++) {
      world.store.put(
          StoreKeys.scheduled("arch-2026-11-01-rate-limit-%04d".formatted(i)), new byte[0]);
    }

    var ended = world.run(AT_ONE);

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("1000 changes wait", ended.execution());
  }

  @Test
  void isBegunOnceThoughTwoAgentsSawThatItIsDue() throws Exception {
    world.run("apply");
    var planned = world.run(AT_ONE);
    world.time.pass(Duration.ofHours(1));
    var seen = world.queries().due();

    var first = world.agent().begin(seen.getFirst());
    var second = world.agentElsewhere().begin(seen.getFirst());

    assertThat(first.execution()).isEqualTo(planned.execution());
    assertThat(first.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(second.result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
  }

  /** As whoever serves does. */
  private static List<RequestOutcome> keepTime(ChangeService agent) throws InterruptedException {
    var done = new ArrayList<RequestOutcome>();
    for (String id : agent.queries().due()) {
      done.add(agent.begin(id));
    }
    return done;
  }
}
