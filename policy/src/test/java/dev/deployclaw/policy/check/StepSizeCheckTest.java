package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.PolicyFixtures.bursting;
import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.keyed;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StepSizeCheckTest {
  private static final Limit OLD = limit("all", RequestMatch.ANY, 100, 60);
  private static final PolicySet BEFORE = set(tenant("acme", OLD));

  @Test
  void asksForApprovalAboveTheFactor() {
    assertThat(reasons(tenant("acme", limit("all", RequestMatch.ANY, 1001, 60))))
        .containsExactly(
            "by more than a factor of 10: all (100 per 60 s, burst 100) becomes all (1001 per 60"
                + " s, burst 1001)");
    assertThat(reasons(tenant("acme", limit("all", RequestMatch.ANY, 9, 60)))).hasSize(1);
    assertThat(reasons(tenant("acme", bursting(OLD, 1001, 1)))).hasSize(1);
    assertThat(reasons(tenant("acme", limit("all", RequestMatch.ANY, 100, 601)))).hasSize(1);
  }

  @Test
  void acceptsAStepAtTheFactor() {
    assertThat(reasons(tenant("acme", limit("all", RequestMatch.ANY, 1000, 60)))).isEmpty();
    assertThat(reasons(tenant("acme", limit("all", RequestMatch.ANY, 10, 60)))).isEmpty();
    assertThat(reasons(tenant("acme", limit("renamed", RequestMatch.ANY, 100, 60)))).isEmpty();
  }

  @Test
  void asksForApprovalOfNothingAndOfNoLimit() {
    assertThat(reasons(tenant("acme", limit("all", RequestMatch.ANY, 0, 60))))
        .singleElement()
        .asString()
        .startsWith("to nothing");
    assertThat(reasons(tenant("acme", OLD).withBlocked(true)))
        .containsExactly("to nothing: the tenant is blocked");
    assertThat(reasons(tenant("acme"))).containsExactly("to unlimited: it is removed");
    assertThat(reasons(tenant("acme", shadow(OLD))))
        .containsExactly("to unlimited: it is in shadow mode only");
    assertThat(reasons(tenant("other"))).singleElement().asString().startsWith("its policy is");
  }

  @Test
  void acceptsALimitOfNextToNothingAndOneThatStaysUnlimited() {
    var one = set(tenant("acme", limit("all", RequestMatch.ANY, 10, 60)));
    var none = set(tenant("acme"));

    assertThat(
            CheckFixture.by(
                CheckKind.STEP_SIZE,
                one,
                set(tenant("acme", limit("all", RequestMatch.ANY, 1, 60)))))
        .isEmpty();
    assertThat(CheckFixture.by(CheckKind.STEP_SIZE, none, none)).isEmpty();
  }

  @Test
  void asksForApprovalOfAnotherRootGroup() {
    var moved = set(child("acme", "gold", OLD), tenant("gold"));

    var found = CheckFixture.by(CheckKind.ROOT_CHANGE, BEFORE, moved);

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING acme");
    assertThat(found.getFirst().evidence()).containsEntry("extra_requests", 100L);
    assertThat(found.getFirst().check().needsApproval()).isTrue();
  }

  @Test
  void acceptsAnotherGroupBelowTheSameRoot() {
    var groups = List.of(tenant("top"), child("gold", "top"), child("silver", "top"));
    var gold = PolicySet.of(concat(groups, child("acme", "gold", OLD)), List.of(), "");
    var silver = PolicySet.of(concat(groups, child("acme", "silver", OLD)), List.of(), "");

    assertThat(CheckFixture.by(CheckKind.ROOT_CHANGE, gold, silver)).isEmpty();
  }

  private static List<TenantPolicy> concat(List<TenantPolicy> groups, TenantPolicy tenant) {
    return Stream.concat(groups.stream(), Stream.of(tenant)).toList();
  }

  @Test
  void saysWhatFreshCountersAdmit() {
    var renamed = set(tenant("acme", limit("other", RequestMatch.ANY, 100, 60)));
    var keyed = set(tenant("acme", keyed(OLD, new CounterKeyPart.ClientAddress())));

    assertThat(CheckFixture.brief(CheckFixture.by(CheckKind.FRESH_COUNTERS, BEFORE, renamed)))
        .containsExactly("INFO acme/all");
    assertThat(CheckFixture.by(CheckKind.FRESH_COUNTERS, BEFORE, keyed))
        .singleElement()
        .satisfies(f -> assertThat(f.evidence()).containsEntry("extra_requests", 100L));
  }

  @Test
  void acceptsARaisedLimitWhoseCountersGoOn() {
    var raised = set(tenant("acme", limit("all", RequestMatch.ANY, 200, 60)));

    assertThat(CheckFixture.by(CheckKind.FRESH_COUNTERS, BEFORE, raised)).isEmpty();
  }

  @Test
  void comparesNoRatesWithPlaces() {
    var held = counting(limit("all", RequestMatch.ANY, 100, 60), LimitAlgorithm.CONCURRENCY);

    assertThat(reasons(tenant("acme", held))).isEmpty();
    assertThat(
            reasons(
                tenant(
                    "acme",
                    counting(limit("all", RequestMatch.ANY, 9, 60), LimitAlgorithm.CONCURRENCY))))
        .hasSize(1);
  }

  private static List<String> reasons(TenantPolicy after) {
    return CheckFixture.by(CheckKind.STEP_SIZE, BEFORE, set(after)).stream()
        .map(PolicyFinding::reason)
        .toList();
  }

  private static Limit shadow(Limit limit) {
    return limit.in(EnforcementMode.SHADOW);
  }
}
