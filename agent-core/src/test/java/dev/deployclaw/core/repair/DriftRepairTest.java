package dev.deployclaw.core.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.wire.StoredPolicySet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The committed epoch is put back, by the same epoch, and whoever isn't is named. */
class DriftRepairTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void putsBackWhatSomebodyChangedAndNamesThem() throws Exception {
    world.run("apply");
    var committed = world.active();
    int open = world.store.list(StoreKeys.CHANGES).size();
    world.gateway.forget("two");
    world.redis.tamper("a", "somebody's");

    var ended = repair();

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(ended.exit()).isEqualTo(ExitCode.OK);
    assertThat(ended.reason()).contains("gateway/two", "redis/a").doesNotContain("redis/b");
    assertThat(world.active()).isEqualTo(committed);
    assertThat(world.store.list(StoreKeys.CHANGES)).hasSize(open);
    assertThat(world.ratelimit.calls("publish")).isEqualTo(1);
    world.assertAtRest();
  }

  @Test
  void keepsWhatWasThereBefore() throws Exception {
    world.run("apply");
    var before = world.objects.checkpoints();
    world.redis.tamper("a", "somebody's");

    var ended = repair();

    var fresh = world.objects.checkpoints().stream().filter(n -> !before.contains(n)).toList();
    assertThat(fresh).hasSize(1);
    assertThat(text(fresh.getFirst())).contains("\"live\":\"somebody's\"");
    assertThat(world.log(ended.execution()))
        .contains("s3://fake/" + fresh.getFirst(), "acts on somebody's");
  }

  @Test
  void saysOfWhomNothingIsKept() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "somebody's");
    world.redis.answers("observe", m -> MemberReport.no(m, "was changed"));
    world.gateway.stop("two");

    var ended = repair();

    assertThat(world.log(ended.execution()))
        .contains("\"WARNING\"", "no state is kept of gateway/two, redis/a, redis/b")
        .contains("\"unkept\":[\"gateway/two\",\"redis/a\",\"redis/b\"]");
  }

  @Test
  void keepsWhatARefusalFound() throws Exception {
    world.run("apply");
    var before = world.objects.checkpoints();
    world.redis.tamper("a", "somebody's");
    world.redis.answers(
        "observe",
        m ->
            new MemberReport(
                m, MemberReport.Answer.NO, "", "was changed", Map.of("live", "only copy")));

    var ended = repair();

    var fresh = world.objects.checkpoints().stream().filter(n -> !before.contains(n)).toList();
    assertThat(text(fresh.getFirst())).contains("only copy");
    assertThat(world.log(ended.execution())).doesNotContain("no state is kept of");
  }

  @Test
  void anchorsWhatItIsAboutToDo() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "somebody's");

    var ended = repair();

    var anchored =
        world.store.list(StoreKeys.audits(ended.execution())).stream()
            .map(e -> new String(e.value(), StandardCharsets.UTF_8))
            .toList();
    assertThat(anchored).hasSize(2);
    assertThat(anchored.getFirst()).contains("Putting epoch 1 back");
    assertThat(anchored.getLast()).contains("COMPLETED");
  }

  @Test
  void doesNothingWhereAllIsWell() throws Exception {
    world.run("apply");
    int published = world.redis.calls("publish");

    var ended = repair();

    assertThat(ended.result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(ended.exit()).isEqualTo(ExitCode.OK);
    assertThat(world.redis.calls("publish")).isEqualTo(published);
  }

  @Test
  void doesNothingBeforeTheFirstChangeAndAfterGoingBackThere() throws Exception {
    assertThat(repair().result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    world.run("apply");
    world.agent().rollback("last", "olivia");
    world.redis.tamper("a", "by its owner");

    var ended = repair();

    assertThat(ended.result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(ended.reason()).contains("unmanaged");
    assertThat(world.redis.live()).contains("by its owner");
  }

  @Test
  void putsBackWhoWasDownDuringARollbackToWhatWasFound() throws Exception {
    world.run("apply");
    goesBackWithoutGatewayTwo();
    world.redis.tamper("a", "by its owner");

    var refused = world.run("apply");
    var ended = repair();

    assertThat(refused.reason()).contains("gateway/two", "deployclaw drift --repair");
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.gateway.live()).containsOnly(FakeParticipant.ORIGINAL);
    assertThat(world.redis.live()).contains("by its owner");
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  /** Nothing is managed: who edits what is theirs is in their right, beside one who missed it. */
  @Test
  void leavesWhatOwnersEditedBesideAMemberThatMissedARollbackToWhatWasFound() throws Exception {
    world.run("apply");
    goesBackWithoutGatewayTwo();
    world.gateway.tamper("one", "by its owner");

    var ended = repair();

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.gateway.live()).as(ended.reason()).contains("by its owner");
  }

  /** It is down, and olivia leaves it out. */
  private void goesBackWithoutGatewayTwo() throws InterruptedException {
    world.gateway.stop("two");
    var back = world.agent().rollback("last", "olivia");
    assertThat(back.result()).as(back.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    var ended = world.agent().leaveOut(List.of("gateway/two"), "olivia");
    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    world.gateway.heal();
  }

  @Test
  void putsBackARedisThatAFailoverTookBackToARolledBackEpoch() throws Exception {
    world.run("apply");
    world.redis.replicate("redis/a");
    world.agent().rollback("last", "olivia");
    world.redis.failOver("redis/a", true);

    var drift = world.queries().drift();
    var ended = repair();

    assertThat(drift.reason()).contains("redis/a behind").doesNotContain("redis/b");
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(ended.reason()).contains("redis/a").doesNotContain("redis/b");
    world.assertAtRest();
  }

  @Test
  void isAskedForInPlainWordsToo() throws Exception {
    world.run("apply");
    world.gateway.forget("one");

    assertThat(world.run("repair").result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.run("repair manually").result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    world.assertAtRest();
  }

  @Test
  void stopsAtAFreeze() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "meant so");
    world.agent().freeze("olivia", "incident 4711");

    var ended = repair();

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("olivia", "deployclaw thaw");
    assertThat(world.redis.live()).contains("meant so");
  }

  @Test
  void stopsAtAFreezeThatComesWhileItLooks() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "meant so");
    world.redis.before("observe", () -> world.store.put(StoreKeys.FREEZE, new byte[] {1}));

    var ended = repair();

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("kill switch");
    assertThat(world.redis.live()).contains("meant so");
  }

  @Test
  void leavesItToAPersonWhenSomebodyIsAhead() throws Exception {
    world.run("apply");
    world.redis.says("scan", MemberReport.yes("redis/a", "d9", Map.of("epoch", 9L)));
    world.gateway.forget("one");

    var ended = repair();

    assertThat(ended.result()).isEqualTo(ExecutionStatus.FAILED);
    assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(ended.reason()).contains("REGRESSED", "redis/a", "epoch 9");
    assertThat(world.gateway.live()).contains(FakeParticipant.ORIGINAL);
  }

  @Test
  void namesWhoIsNotRepairedAndRepairsTheOthers() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "somebody's");
    world.gateway.stop("two");

    var ended = repair();

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(ended.reason()).contains("not repaired: gateway/two", "repaired: redis/a");
    world.gateway.heal();
    assertThat(repair().result()).isEqualTo(ExecutionStatus.NO_CHANGE);
  }

  @Test
  void failsWhereSomebodyRefuses() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "somebody's");
    world.gateway.refuseAt("converge", "still runs the old file");

    var ended = repair();

    assertThat(ended.result()).isEqualTo(ExecutionStatus.FAILED);
    assertThat(ended.reason()).contains("still runs the old file", "repaired: redis/a");
  }

  /** A service waits with its vote until it holds the epoch, and in a repair nothing comes. */
  @Test
  void asksNoServiceWhatItHoldsThatActsOnSomethingElse() throws Exception {
    world.run("apply");
    int votes = world.ratelimit.calls("prepare");
    int others = world.redis.calls("prepare");
    world.ratelimit.refuseAt("converge", "does not hold epoch 1");

    var ended = repair();

    assertThat(ended.result()).isEqualTo(ExecutionStatus.FAILED);
    assertThat(ended.reason()).contains("does not hold epoch 1");
    assertThat(world.ratelimit.calls("prepare")).isEqualTo(votes);
    assertThat(world.redis.calls("prepare")).isEqualTo(others + 2);
  }

  @Test
  void keepsWhatItFoundOfWhoActsOnSomethingElse() throws Exception {
    world.run("apply");
    int votes = world.redis.calls("prepare");
    world.redis.refuseAt("converge", "has no library");

    repair();

    assertThat(world.redis.calls("prepare")).isEqualTo(votes + 2);
  }

  @Test
  void keepsItHereWhileTheObjectStoreIsAway() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "somebody's");
    world.objects.reachable(false);

    var refused = repair();
    var kept = world.objects.keeping();
    var ended = repair();

    assertThat(refused.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(refused.reason()).contains("nothing was repaired");
    assertThat(ended.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(kept).hasSize(1);
  }

  @Test
  void writesNothingWhenAnotherLeadsByThen() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "somebody's");
    world.redis.before("observe", world.store::expireLeases);

    var ended = repair();

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(world.redis.live()).contains("somebody's");
    world.agent().recover();
    assertThat(repair().result()).isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @Test
  void saysAtTheNextStartThatItWasCutShort() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "somebody's");
    world.redis.before("publish", () -> world.store.expireLeases());

    var ended = repair();
    var recovered = world.agent().recover();

    assertThat(ended.result())
        .isIn(ExecutionStatus.COMPLETED, ExecutionStatus.UNKNOWN, ExecutionStatus.FAILED);
    assertThat(recovered.finished()).hasSize(1);
    assertThat(recovered.finished().getFirst().result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(recovered.finished().getFirst().reason()).contains("deployclaw drift --repair");
    world.assertAtRest();
  }

  @Test
  void goesOnWhenOnlyTheAnswerToItsRecordIsLost() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "somebody's");
    world.redis.before("observe", () -> world.store.fate("audit/", Fate.APPLIED_ANSWER_LOST));

    assertThat(repair().result()).isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @Test
  void driftSaysThatWhatIsCommittedCantBeRead() throws Exception {
    world.run("apply");
    world.store.delete(StoredPolicySet.chunkKey(1, 0));

    var drift = world.queries().drift();
    var scan = world.queries().scan();

    assertThat(drift.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(drift.reason()).contains("etcd missing", "epoch 1", "deployclaw rollback");
    assertThat(scan.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(scan.looks()).isNotEmpty();
    assertThat(world.agent().rollback("last", "olivia").exit()).isEqualTo(ExitCode.OK);
    assertThat(world.queries().drift().reason()).doesNotContain("etcd missing");
  }

  @Test
  void driftNamesWhatDiffersAndWritesNothing() throws Exception {
    world.run("apply");
    world.redis.says("scan", MemberReport.yes("redis/a", "d0", Map.of("epoch", 0L)));
    var journal = List.copyOf(world.journal.executions());

    var drift = world.queries().drift();

    assertThat(drift.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(drift.reason()).contains("redis/a behind");
    assertThat(world.journal.executions()).isEqualTo(journal);
  }

  private RequestOutcome repair() throws InterruptedException {
    return world.agent().repair(world.request("repair"));
  }

  private String text(String object) {
    return world.objects.read(object) instanceof ObjectStore.Get.Found(byte[] bytes)
        ? new String(bytes, StandardCharsets.UTF_8)
        : "";
  }
}
