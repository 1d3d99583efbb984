package dev.deployclaw.core.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GateRule;
import dev.deployclaw.core.gate.GateRule.About;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.RollbackExclusions;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A way back moves each member that can move, names the others, and waits for them. */
class PartialRollbackTest {
  private static final String PAUSED = "its Deployment is paused";

  private final FakeEstate world = new FakeEstate();

  @Test
  void aMemberThatIsThereAlreadyIsAskedForNothingMore() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.gateway.before("publish", () -> world.gateway.balk("two", 1, 1, PAUSED));

    var ended = world.run("set acme 700");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("gateway/two: " + PAUSED);
    assertThat(world.live()).containsExactly(first);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
    world.assertAtRest();
  }

  @Test
  void aMemberThatStillIsAsItWasFoundIsAskedForNothingMore() throws Exception {
    world.gateway.before("publish", () -> world.gateway.balk("two", 0, 0, PAUSED));

    var ended = world.run("apply");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
    world.assertAtRest();
  }

  /** After the first way back it names an older epoch than the second leads to, of the same set. */
  @Test
  void aMemberThatNeverLeftInTwoWaysBackIsAskedForNothingMore() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.gateway.before("publish", () -> world.gateway.balk("two", 1, 1, PAUSED));
    assertThat(world.run("set acme 700").exit()).isEqualTo(ExitCode.ROLLED_BACK);
    world.gateway.heal();
    world.gateway.before("publish", () -> world.gateway.balk("two", 1, 1, PAUSED));

    var ended = world.run("set acme 800");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.live()).containsExactly(first);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(5);
    world.assertAtRest();
  }

  @Test
  void aMemberThatWasPutBackAsItWasFoundBeforeIsAskedForNothingMore() throws Exception {
    world.probe.fail("limit acme/orders admits 10 % too much");
    assertThat(world.run("apply").exit()).isEqualTo(ExitCode.ROLLED_BACK);
    world.gateway.before("publish", () -> world.gateway.balk("two", 2, 2, PAUSED));

    var ended = world.run("apply");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
    world.assertAtRest();
  }

  @Test
  void allOthersGoBackAndAMemberThatCannotIsNamedAndWaitedFor() throws Exception {
    String first = failsWhileTwoIsPaused();

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(ended.reason()).contains("gateway/two: " + PAUSED);
    assertBackButTwo(first);
    assertThat(world.queries().status().pending()).contains("not back yet: gateway/two: " + PAUSED);
    var again = world.agent().recover();
    assertThat(again.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(again.reason()).contains("gateway/two: " + PAUSED);
    var next = world.run("set acme 800");
    assertThat(next.reason()).contains("has to be finished first", "gateway/two: " + PAUSED);

    world.gateway.heal();
    var recovered = world.agent().recover();

    assertThat(recovered.exit()).as(recovered.reason()).isEqualTo(ExitCode.OK);
    assertThat(world.change(ended.execution()).orElseThrow().state())
        .isInstanceOf(ChangeState.RolledBack.class);
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void allOthersGoBackAndAMemberThatWasDeletedIsWaitedFor() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.gateway.before("converge", () -> world.gateway.delete("two"));

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).contains("gateway/two: it was deleted");
    assertBackButTwo(first);
    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.FAILED);
    world.gateway.heal();
    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.OK);
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void aRollbackThatSomebodyAskedForGoesOnToo() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.gateway.balk("two", 2, 2, PAUSED);

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).contains("gateway/two: " + PAUSED);
    assertBackButTwo(first);
    world.gateway.heal();
    var recovered = world.agent().recover();
    assertThat(recovered.finished())
        .singleElement()
        .extracting(RequestOutcome::result)
        .isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void aRollbackByWhichNobodyWouldMoveIsNotCommitted() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.participants().forEach(p -> p.refuseAt("prepare", "unknown directive"));

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("unknown directive");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
    world.participants().forEach(FakeParticipant::heal);
    world.assertAtRest();
  }

  @Test
  void aCandidateIsTakenBackWhereverItCanBe() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.probe.fail("wrong");
    world.redis.before("converge", () -> world.redis.balk("b", 0, 0, "READONLY"));

    var ended = world.run("set acme 700 canary 40 bake 3");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.reason()).contains("redis/b: READONLY");
    assertThat(world.redis.live()).startsWith(first);
    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.FAILED);
    world.redis.heal();
    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.OK);
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void aCandidateThatAMemberKeepsIsTakenBackWithoutItByAPersonsWord() throws Exception {
    world.run("apply");
    world.probe.fail("wrong");
    world.redis.before("converge", () -> world.redis.balk("b", 0, 0, "READONLY"));
    var ended = world.run("set acme 700 canary 40 bake 3");

    var answer = world.agent().leaveOut(List.of("redis/b"), "ann");

    assertThat(answer.exit()).as(answer.reason()).isEqualTo(ExitCode.OK);
    var x = world.change(ended.execution()).orElseThrow();
    assertThat(x.state()).isInstanceOf(ChangeState.RolledBack.class);
    assertThat(x.leftOut()).contains(new RollbackExclusions(List.of("redis/b"), "ann"));
  }

  @Test
  void aPersonLeavesOutWhoCannotGoAndTheyAreDriftUntilARepair() throws Exception {
    String first = failsWhileTwoIsPaused();
    var ended = world.run("set acme 700");

    var answer = world.agent().leaveOut(List.of("gateway/two"), "ann");

    assertThat(answer.exit()).as(answer.reason()).isEqualTo(ExitCode.OK);
    var x = world.change(ended.execution()).orElseThrow();
    assertThat(x.state()).isInstanceOf(ChangeState.RolledBack.class);
    assertThat(x.leftOut()).contains(new RollbackExclusions(List.of("gateway/two"), "ann"));
    assertThat(answer.finished().getLast().result()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(answer.finished().getLast().reason())
        .contains("without gateway/two, which ann left out");
    assertThat(world.log(ended.execution()))
        .contains("\"left_out\":[\"gateway/two\"]", "\"left_out_by\":\"ann\"");
    assertThat(world.queries().drift().reason()).contains("gateway/two");

    world.gateway.heal();
    var repaired = world.agent().repair(world.request("repair"));

    assertThat(repaired.exit()).as(repaired.reason()).isEqualTo(ExitCode.OK);
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  /** So that it can hold none of the others, and is asked for nothing more. */
  @Test
  void whoWasLeftOutIsNamedToTheBackEndsFromThenOn() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.gateway.balk("two", 2, 2, PAUSED);
    world.agent().rollback("last", "olivia");

    world.agent().leaveOut(List.of("gateway/two"), "ann");

    assertThat(world.probe.probed().getLast().epoch()).isEqualTo(3);
    assertThat(world.probe.probed().getLast().leftOut()).containsExactly("gateway/two");
  }

  @Test
  void aPersonsWordCoversOnlyWhomItNames() throws Exception {
    failsWhileTwoIsPaused();
    world.run("set acme 700");
    world.gateway.balk("three", 2, 2, "it is frozen");

    var answer = world.agent().leaveOut(List.of("gateway/three"), "ann");

    assertThat(answer.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(answer.reason()).contains("gateway/two: " + PAUSED).doesNotContain("gateway/three");
  }

  @Test
  void whoCanGoBackGoesThoughAPersonWouldLeaveThemOut() throws Exception {
    String first = failsWhileTwoIsPaused();
    var ended = world.run("set acme 700");
    world.gateway.heal();

    world.agent().leaveOut(List.of("gateway/two"), "ann");

    assertThat(world.change(ended.execution()).orElseThrow().leftOut()).isEmpty();
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  @Test
  void theGateSaysWhoMayLeaveMembersOut() throws Exception {
    world.gate = new GatePolicy(true, true, Duration.ofHours(1), List.of());
    failsWhileTwoIsPaused();
    world.run("set acme 700");

    var own = world.agent().leaveOut(List.of("gateway/two"), "olivia");
    var other = world.agent().leaveOut(List.of("gateway/two"), "ann");

    assertThat(own.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(own.reason()).contains("the approver must differ from the requester, olivia");
    assertThat(other.exit()).as(other.reason()).isEqualTo(ExitCode.OK);
  }

  @Test
  void noWholeParticipantIsLeftOut() throws Exception {
    failsWhileTwoIsPaused();
    world.run("set acme 700");

    var refused = world.agent().leaveOut(List.of("gateway/two", "gateway"), "ann");

    assertThat(refused.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.reason()).contains("gateway isn't a member").contains("name its members");
    assertThat(world.agent().leaveOut(List.of("gateway/two"), "ann").exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void noMemberIsLeftOutWhereNothingIsOpen() throws Exception {
    world.run("apply");
    int logs = world.journal.executions().size();

    var refused = world.agent().leaveOut(List.of("gateway/two"), "ann");

    assertThat(refused.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.reason()).contains("no rollback waits", "deployclaw drift --repair");
    assertThat(world.journal.executions()).hasSize(logs);
  }

  /** Its own way back may come during the recovery: which member can't go isn't known yet. */
  @Test
  void noMemberIsLeftOutOfAChangeThatGoesForward() throws Exception {
    world.run("apply");
    world.gateway.unreachableAt("converge");
    var ended = world.run("set acme 700");
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    var before = world.change(ended.execution()).orElseThrow();
    int records = world.log(ended.execution()).length();
    world.gateway.heal();
    world.probe.fail("limit acme/orders admits 10 % too much");
    world.gateway.balk("two", 2, 2, PAUSED);

    var refused = world.agent().leaveOut(List.of("gateway/two"), "ann");

    assertThat(refused.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.reason())
        .contains("no rollback waits", ended.execution(), "deployclaw recover");
    assertThat(world.change(ended.execution())).contains(before);
    assertThat(world.log(ended.execution())).hasSize(records);
    assertThat(world.agent().recover().reason()).contains("gateway/two: " + PAUSED);
    assertThat(world.agent().leaveOut(List.of("gateway/two"), "ann").exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aRuleThatNamesApproversOfRollbacksNamesWhoMayLeaveMembersOut() throws Exception {
    var rollbacks = new About(List.of("rollback"), List.of(), List.of(), List.of(), 0);
    var rule = new GateRule("on-call", rollbacks, GateRule.Says.HOLD, List.of("ann"));
    world.gate = new GatePolicy(true, false, Duration.ofHours(1), List.of(rule));
    failsWhileTwoIsPaused();
    world.run("set acme 700");

    var refused = world.agent().leaveOut(List.of("gateway/two"), "bob");

    assertThat(refused.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.reason()).contains("the rule on-call lets ann approve it, and not bob");
    assertThat(world.agent().leaveOut(List.of("gateway/two"), "ann").exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aMemberThatRefusesOnlyForAWhileIsWaitedForAtOnce() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.probe.fail("wrong");
    world.gateway.balk("two", 2, 2, "busy");
    world.ratelimit.before("publish", () -> world.ratelimit.before("publish", world.gateway::heal));

    var ended = world.run("set acme 700");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.live()).containsExactly(first);
    world.assertAtRest();
  }

  private String failsWhileTwoIsPaused() throws InterruptedException {
    world.run("apply");
    world.probe.fail("limit acme/orders admits 10 % too much");
    world.gateway.balk("two", 2, 2, PAUSED);
    return world.active().orElseThrow().digest();
  }

  private void assertBackButTwo(String first) {
    assertThat(world.active().orElseThrow().digest()).isEqualTo(first);
    assertThat(world.store.get("open")).isPresent();
    assertThat(world.redis.live()).containsOnly(first);
    assertThat(world.ratelimit.live()).containsOnly(first);
    assertThat(world.gateway.live().stream().filter(first::equals)).hasSize(2);
  }
}
