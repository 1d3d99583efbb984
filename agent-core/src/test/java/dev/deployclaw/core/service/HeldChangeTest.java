package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GateRule;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.store.StoredFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldChangeTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void aHeldChangeSurvivesItsProcessAndIsApprovedByAnother() throws Exception {
    var held = world.run("apply manually");
    assertThat(held.exit()).as(held.reason()).isEqualTo(ExitCode.HELD);
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
    assertThat(world.store.get("open")).isEmpty();

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    world.assertAtRest();
  }

  @Test
  void anApprovalIsUsedOnce() throws Exception {
    var held = world.run("apply manually");
    world.agent().approve(held.execution(), "ann");

    var again = world.agent().approve(held.execution(), "ann");

    assertThat(again.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void whatWaitsForADecisionIsListed() throws Exception {
    var first = world.run("apply manually").execution();
    var later = world.run("apply at 2026-11-01T13:00:00Z").execution();

    assertThat(world.queries().waiting()).containsExactly(first, later);
  }

  @Test
  void rejectionRemovesWhatWasStaged() throws Exception {
    var held = world.run("apply manually");
    assertThat(world.redis.staged()).containsExactly(1L);

    var ended = world.agent().reject(held.execution(), "ann");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(world.redis.staged()).isEmpty();
    assertThat(world.store.list("policy/")).isEmpty();
    world.assertAtRest();
  }

  @Test
  void aReasonIsRecordedBeforeItsDecisionTakesEffect() throws Exception {
    var approved = world.run("apply manually").execution();
    var rejected = world.run("apply manually").execution();

    world.agent().approve(new HoldDecision(approved, "ann", "", "seen with the tenant"));
    world.agent().reject(new HoldDecision(rejected, "ann", "", "not before Monday"));

    assertThat(actions(approved)).containsSubsequence("Reason of a decision", "Recorded: resumed");
    assertThat(world.log(approved)).contains("seen with the tenant");
    assertThat(actions(rejected)).containsSubsequence("Reason of a decision", "Recorded: aborting");
    assertThat(world.log(rejected)).contains("not before Monday");
  }

  @Test
  void aPlanNamesWhatItsApprovalRestsOnAndWhetherThatMoved() throws Exception {
    var held = world.run("apply manually").execution();
    var x = world.change(held).orElseThrow();

    var plan = world.queries().heldPlan(held).orElseThrow();
    assertThat(plan.terms().checkpoint()).contains(x.checkpoint().orElseThrow().sha256());
    assertThat(plan.terms().baseEpoch()).contains(0L);
    assertThat(plan.terms().untilMillis().orElseThrow())
        .isGreaterThan(world.time.instant().toEpochMilli());
    assertThat(plan.terms().current()).isTrue();

    world.run("apply");

    assertThat(world.queries().heldPlan(held).orElseThrow().terms().current()).isFalse();
  }

  @Test
  void refusesAnApprovalWhoseBaseMoved() throws Exception {
    world.run("apply");
    var held = world.run("set acme 700 manually");
    world.run("set zenith 70");
    assertThat(world.queries().storeStatus().moved(held.execution())).isPresent();

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("was committed meanwhile");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
    world.assertAtRest();
  }

  @Test
  void refusesAnApprovalWhenAMemberWasChangedByHand() throws Exception {
    var held = world.run("apply manually");
    world.gateway.tamper("two", "by hand");

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("no longer match the checkpoint");
    assertThat(world.active()).isEmpty();
  }

  @Test
  void expiresWhenNobodyApproves() throws Exception {
    var held = world.run("apply manually");
    world.time.pass(Duration.ofHours(2));

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.exit()).isEqualTo(ExitCode.ABORTED);
    assertThat(world.change(held.execution()).orElseThrow().state().over()).isTrue();
    assertThat(world.redis.staged()).isEmpty();
    world.assertAtRest();
  }

  @Test
  void theRequesterCannotApproveTheirOwnWhereTheyMustDiffer() throws Exception {
    world.gate = new GatePolicy(false, true, Duration.ofHours(1), List.of());
    var held = world.run("apply");

    var own = world.agent().approve(held.execution(), "olivia");
    assertThat(ExecutionLog.ended(world.journal.read(held.execution())))
        .as("held as before")
        .isTrue();
    var other = world.agent().approve(held.execution(), "ann");

    assertThat(own.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(other.result()).as(other.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void aRuleOfTheGateSaysWhatGoesOnAndWhoApproves() throws Exception {
    var tunes = about("acme");
    var bank = about("zenith");
    world.gate =
        new GatePolicy(
            false,
            false,
            Duration.ofHours(1),
            List.of(
                new GateRule("tunes", tunes, GateRule.Says.PASS, List.of()),
                new GateRule("bank", bank, GateRule.Says.HOLD, List.of("carol"))));

    var first = world.run("apply");
    var byAnn = world.agent().approve(first.execution(), "ann");
    var byCarol = world.agentElsewhere().approve(first.execution(), "carol");
    var tune = world.run("set acme 700");

    assertThat(first.exit()).isEqualTo(ExitCode.HELD);
    assertThat(first.reason()).contains("bank");
    assertThat(byAnn.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(byAnn.reason()).contains("the rule bank lets carol approve it, and not ann");
    assertThat(byCarol.result()).as(byCarol.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(tune.result()).as(tune.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  private static GateRule.About about(String tenant) {
    return new GateRule.About(List.of(), List.of(), List.of(tenant), List.of(), 0);
  }

  @Test
  void anApplyThatRemovesATenantAlwaysHolds() throws Exception {
    world.run("apply");
    world.sources.remove("zenith.yaml");

    var ended = world.run("apply");

    assertThat(ended.exit()).isEqualTo(ExitCode.HELD);
    assertThat(ended.reason()).contains("zenith");
  }

  @Test
  void aBigStepHolds() throws Exception {
    world.run("apply");

    var ended = world.run("set acme 60000");

    assertThat(ended.exit()).isEqualTo(ExitCode.HELD);
  }

  @Test
  void isApprovedOnAnotherMachine() throws Exception {
    world.gate = new GatePolicy(false, true, Duration.ofDays(3), List.of());
    var held = world.run("apply");
    world.time.pass(Duration.ofDays(2));

    var ended = world.agentElsewhere().approve(held.execution(), "ann");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
  }

  @Test
  void anApprovalCarriesThePlanTheCheckpointAndTheBaseThatItIsFor() throws Exception {
    world.run("apply");
    var held = world.run("set acme 700 manually");
    var before = world.change(held.execution()).orElseThrow();

    world.agent().approve(held.execution(), "ann");

    var approval = world.change(held.execution()).orElseThrow().approval().orElseThrow();
    assertThat(approval.planHash()).isEqualTo(before.planHash());
    assertThat(approval.checkpoint()).isEqualTo(before.checkpoint().orElseThrow().sha256());
    assertThat(approval.baseRevision()).isEqualTo(before.base().revision()).isPositive();
  }

  @Test
  void anApprovalThatQuotesAnotherPlanIsRefused() throws Exception {
    var held = world.run("apply manually");
    String plan = world.change(held.execution()).orElseThrow().planHash();

    var other = world.agent().approve(held.execution(), "ann", "beef");
    var right = world.agent().approve(held.execution(), "ann", plan.substring(0, 12));

    assertThat(other.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(other.reason()).contains(plan, "not beef", "deployclaw log");
    assertThat(right.result()).as(right.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void isStaleWhenTheCheckpointIsAlteredMeanwhile() throws Exception {
    var held = world.run("apply manually");
    var checkpoint = world.change(held.execution()).orElseThrow().checkpoint().orElseThrow();
    world.objects.alter(checkpoint.object(), new byte[] {1});

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.cause()).contains(AbortCause.CHECKPOINT_ALTERED);
    assertThat(world.active()).isEmpty();
    world.assertAtRest();
  }

  @Test
  void aFreezeStopsAnApprovalWhichHoldsAfterTheThaw() throws Exception {
    var held = world.run("apply manually");
    world.agent().freeze("olivia", "incident");

    var frozen = world.agent().approve(held.execution(), "ann");
    assertThat(new String(world.journal.read(held.execution()).getLast(), StandardCharsets.UTF_8))
        .contains("\"result\":\"HELD\"");
    world.agent().thaw("olivia");
    var thawed = world.agent().approve(held.execution(), "ann");

    assertThat(frozen.cause()).contains(AbortCause.FROZEN);
    assertThat(thawed.result()).as(thawed.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void namesTheGuardAndBothRevisionsWhenTheBaseMoved() throws Exception {
    world.run("apply");
    var held = world.run("set acme 700 manually");
    long expected = world.change(held.execution()).orElseThrow().base().revision();
    world.run("set zenith 70");
    long observed = world.store.get("active").orElseThrow().modRevision();

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.reason())
        .contains("guard active: observed epoch 3", "at revision " + observed)
        .contains("expected revision " + expected, "ask again");
  }

  private List<String> actions(String id) {
    return world.journal.read(id).stream()
        .map(record -> StoredFields.parse(record).text("action"))
        .toList();
  }
}
