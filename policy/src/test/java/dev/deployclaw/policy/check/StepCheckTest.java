package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.Policies.bursting;
import static dev.deployclaw.policy.Policies.child;
import static dev.deployclaw.policy.Policies.counting;
import static dev.deployclaw.policy.Policies.keyed;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StepCheckTest {
  private static final Limit OLD = limit("all", Match.ANY, 100, 60);
  private static final PolicySet BEFORE = set(tenant("acme", OLD));

  @Test
  void asksForApprovalAboveTheFactor() {
    assertThat(reasons(tenant("acme", limit("all", Match.ANY, 1001, 60))))
        .containsExactly(
            "by more than a factor of 10: all (100 per 60 s, burst 100) becomes all (1001 per 60"
                + " s, burst 1001)");
    assertThat(reasons(tenant("acme", limit("all", Match.ANY, 9, 60)))).hasSize(1);
    assertThat(reasons(tenant("acme", bursting(OLD, 1001, 1)))).hasSize(1);
    assertThat(reasons(tenant("acme", limit("all", Match.ANY, 100, 601)))).hasSize(1);
  }

  @Test
  void acceptsAStepAtTheFactor() {
    assertThat(reasons(tenant("acme", limit("all", Match.ANY, 1000, 60)))).isEmpty();
    assertThat(reasons(tenant("acme", limit("all", Match.ANY, 10, 60)))).isEmpty();
    assertThat(reasons(tenant("acme", limit("renamed", Match.ANY, 100, 60)))).isEmpty();
  }

  @Test
  void asksForApprovalOfNothingAndOfNoLimit() {
    assertThat(reasons(tenant("acme", limit("all", Match.ANY, 0, 60))))
        .singleElement()
        .asString()
        .startsWith("to nothing");
    assertThat(reasons(tenant("acme", OLD).withBlocked(true)))
        .containsExactly("to nothing: the tenant is blocked");
    assertThat(reasons(tenant("acme"))).containsExactly("to unlimited: it is removed");
    assertThat(reasons(tenant("acme", shadow(OLD))))
        .containsExactly("to unlimited: it only shadows");
    assertThat(reasons(tenant("other"))).singleElement().asString().startsWith("its policy is");
  }

  @Test
  void acceptsALimitOfNextToNothingAndOneThatStaysUnlimited() {
    var one = set(tenant("acme", limit("all", Match.ANY, 10, 60)));
    var none = set(tenant("acme"));

    assertThat(Found.by(Check.STEP_SIZE, one, set(tenant("acme", limit("all", Match.ANY, 1, 60)))))
        .isEmpty();
    assertThat(Found.by(Check.STEP_SIZE, none, none)).isEmpty();
  }

  @Test
  void asksForApprovalOfAnotherRootGroup() {
    var moved = set(child("acme", "gold", OLD), tenant("gold"));

    var found = Found.by(Check.ROOT_CHANGE, BEFORE, moved);

    assertThat(Found.brief(found)).containsExactly("WARNING acme");
    assertThat(found.getFirst().evidence()).containsEntry("extra_requests", 100L);
    assertThat(found.getFirst().check().needsApproval()).isTrue();
  }

  @Test
  void acceptsAnotherGroupBelowTheSameRoot() {
    var groups = List.of(tenant("top"), child("gold", "top"), child("silver", "top"));
    var gold = PolicySet.of(concat(groups, child("acme", "gold", OLD)), List.of(), "");
    var silver = PolicySet.of(concat(groups, child("acme", "silver", OLD)), List.of(), "");

    assertThat(Found.by(Check.ROOT_CHANGE, gold, silver)).isEmpty();
  }

  private static List<TenantPolicy> concat(List<TenantPolicy> groups, TenantPolicy tenant) {
    return Stream.concat(groups.stream(), Stream.of(tenant)).toList();
  }

  @Test
  void saysWhatFreshCountersAdmit() {
    var renamed = set(tenant("acme", limit("other", Match.ANY, 100, 60)));
    var keyed = set(tenant("acme", keyed(OLD, new KeyPart.ClientAddress())));

    assertThat(Found.brief(Found.by(Check.FRESH_COUNTERS, BEFORE, renamed)))
        .containsExactly("INFO acme/all");
    assertThat(Found.by(Check.FRESH_COUNTERS, BEFORE, keyed))
        .singleElement()
        .satisfies(f -> assertThat(f.evidence()).containsEntry("extra_requests", 100L));
  }

  @Test
  void acceptsARaisedLimitWhoseCountersGoOn() {
    var raised = set(tenant("acme", limit("all", Match.ANY, 200, 60)));

    assertThat(Found.by(Check.FRESH_COUNTERS, BEFORE, raised)).isEmpty();
  }

  @Test
  void comparesNoRatesWithPlaces() {
    var held = counting(limit("all", Match.ANY, 100, 60), Algorithm.CONCURRENCY);

    assertThat(reasons(tenant("acme", held))).isEmpty();
    assertThat(
            reasons(
                tenant("acme", counting(limit("all", Match.ANY, 9, 60), Algorithm.CONCURRENCY))))
        .hasSize(1);
  }

  private static List<String> reasons(TenantPolicy after) {
    return Found.by(Check.STEP_SIZE, BEFORE, set(after)).stream().map(Finding::reason).toList();
  }

  private static Limit shadow(Limit limit) {
    return new Limit(
        limit.name(),
        limit.match(),
        limit.key(),
        limit.algorithm(),
        limit.requests(),
        limit.window(),
        limit.burst(),
        limit.cost(),
        Mode.SHADOW,
        limit.onBackendFailure());
  }
}
