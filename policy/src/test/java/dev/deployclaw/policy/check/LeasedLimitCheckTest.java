package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.route;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicyFixtures;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeasedLimitCheckTest {
  @Test
  void warnsOfALeaseLongerThanATenthOfItsWindow() {
    var found = found(set(tenant("acme", leased(limit("all", RequestMatch.ANY, 900, 1), 101))));

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING acme/all");
    assertThat(found.getFirst().reason())
        .isEqualTo(
            "a lease of 101ms is long for the window of 1s: a request may count that much earlier");
    assertThat(found.getFirst().remedy())
        .isEqualTo("lease it for 100ms at most, or widen the window to 2 s");
  }

  @Test
  void acceptsALeaseOfATenthOfItsWindow() {
    assertThat(found(set(tenant("acme", leased(limit("all", RequestMatch.ANY, 900, 1), 100)))))
        .isEmpty();
  }

  @Test
  void saysThatALeaseOfLessThanOneRequestBringsNothing() {
    var slow = leased(limit("all", RequestMatch.ANY, 59, 60), 1_000);
    var costly =
        leased(PolicyFixtures.bursting(limit("dear", RequestMatch.ANY, 60, 60), 60, 2), 1_000);

    var found = found(set(tenant("acme", slow, costly)));

    assertThat(CheckFixture.brief(found)).containsExactly("INFO acme/all", "INFO acme/dear");
    assertThat(found.getFirst().reason())
        .isEqualTo(
            "all (59 per 60 s, burst 59) allows less than one request in a lease of 1s: leases"
                + " bring nothing");
  }

  @Test
  void acceptsALeaseOfOneRequest() {
    assertThat(found(set(tenant("acme", leased(limit("all", RequestMatch.ANY, 60, 60), 1_000)))))
        .isEmpty();
  }

  @Test
  void namesTheExactLimitThatKeepsALeaseFromBeingUsed() {
    var search = leased(limit("search", route("shop", "/search"), 6_000, 60), 50);
    var exact = limit("total", RequestMatch.ANY, 9_000, 60);

    var own = found(set(tenant("acme", search, exact)));
    var groups = found(set(child("acme", "gold", search), tenant("gold", exact)));

    assertThat(CheckFixture.brief(own)).containsExactly("INFO acme/search");
    assertThat(own.getFirst().remedy()).isEqualTo("leave precision out, or lease total too");
    assertThat(groups.getFirst().reason())
        .isEqualTo("its lease is never used: gold/total is exact and covers the same requests");
  }

  @Test
  void acceptsAnExactLimitThatCoversOnlySomeOfTheRequests() {
    var search = leased(limit("search", route("shop", "/search"), 6_000, 60), 50);
    var part = limit("export", route("shop", "/search/export"), 60, 60);
    var other = limit("other", RequestMatch.service("other"), 60, 60);
    var total = leased(limit("total", RequestMatch.ANY, 9_000, 60), 100);

    assertThat(found(set(tenant("acme", search, part, other, total)))).isEmpty();
  }

  private static Limit leased(Limit limit, long millis) {
    return limit.in(LimitPrecision.leased(Duration.ofMillis(millis)));
  }

  private static List<PolicyFinding> found(PolicySet set) {
    return CheckFixture.by(CheckKind.LEASED, set);
  }
}
