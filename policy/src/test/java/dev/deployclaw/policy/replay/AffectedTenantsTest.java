package dev.deployclaw.policy.replay;

import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.replay.ImpactReport.OfTenant;
import dev.deployclaw.policy.replay.PolicyReplay.AffectedTenants;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AffectedTenantsTest {
  private static final RequestAttribution BY_USER =
      new RequestAttribution(new RequestAttribution.TenantSource.User(), List.of());
  private static final List<String> NAMES =
      List.of("acme", "hooli", "gold", "alone", "default", "nobody");

  @Test
  void aGroupsMembersAreAffectedTogetherAndOthersAreNot() {
    var affected = AffectedTenants.of(before(), after(rate("acme", 1)));

    assertThat(NAMES.stream().filter(affected::has)).containsExactly("acme", "hooli", "gold");
    assertThat(affected.in(before()).tenants()).containsOnlyKeys("acme", "hooli", "gold");
  }

  static Stream<PolicySet> changes() {
    return Stream.of(
        before(),
        after(rate("acme", 1)),
        after(tenant("gold", limit("all", RequestMatch.ANY, 2, 60))),
        after(rate("default", 1)),
        after(tenant("nobody", limit("all", RequestMatch.ANY, 1, 60))),
        after(child("alone", "gold", limit("all", RequestMatch.ANY, 9, 60))),
        without("alone"),
        without("default"),
        without("gold"));
  }

  /** What is left out is what would have been answered alike. */
  @ParameterizedTest
  @MethodSource("changes")
  void theAffectedAloneCountAsTheWholeReplayCountsThem(PolicySet after) {
    var whole = new PolicyReplay(before(), after);
    var some = PolicyReplay.ofAffected(before(), after, 1_000);
    var random = new Random(7);

    for (int i = 0; i < 500; i++) {
      var user = NAMES.get(random.nextInt(NAMES.size()));
      var request = new RecordedRequest(i * 100_000L, "10.0.0.1", "", user, "GET", "/", Map.of());
      whole.next(request, BY_USER);
      some.next(request, BY_USER);
    }

    assertThat(differing(some)).isEqualTo(differing(whole));
    assertThat(some.impact().requests() + some.untouched()).isEqualTo(whole.impact().requests());
  }

  private static List<OfTenant> differing(PolicyReplay replay) {
    return replay.impact().tenants().stream()
        .filter(t -> t.newlyRefused() + t.newlyAdmitted() > 0)
        .toList();
  }

  private static PolicySet before() {
    return set(
        tenant("gold", limit("all", RequestMatch.ANY, 20, 60)),
        rate("acme", 30),
        rate("hooli", 30),
        tenant("alone", limit("all", RequestMatch.ANY, 9, 60)),
        rate("default", 5));
  }

  private static TenantPolicy rate(String name, long requests) {
    var own = limit("own", RequestMatch.ANY, requests, 60);
    return name.equals("default") ? tenant(name, own) : child(name, "gold", own);
  }

  private static PolicySet after(TenantPolicy changed) {
    return before()
        .withTenants(
            Stream.concat(
                    before().tenants().values().stream()
                        .filter(t -> !t.tenant().equals(changed.tenant())),
                    Stream.of(changed))
                .toList());
  }

  private static PolicySet without(String name) {
    return before()
        .withTenants(
            before().tenants().values().stream().filter(t -> !t.tenant().equals(name)).toList());
  }
}
