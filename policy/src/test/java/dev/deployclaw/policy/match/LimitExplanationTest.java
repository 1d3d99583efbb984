package dev.deployclaw.policy.match;

import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.route;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.RandomPolicies;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LimitExplanationTest {
  private static final Limit TOTAL = limit("total", RequestMatch.ANY, 1000, 60);
  private static final Limit SEARCH = limit("search", route("shop", "/search"), 100, 60);
  private static final Limit EXPORT = limit("export", route("shop", "/search/export"), 10, 60);
  private static final Limit WRITES =
      limit(
          "writes",
          new RequestMatch(Optional.of("shop"), Optional.of("/search"), Optional.of("POST")),
          10,
          60);
  private static final Limit MAIL = limit("mail", RequestMatch.service("mail"), 5, 1);

  @Test
  void saysOfEachLimitWhyItAppliesOrDoesNot() {
    var set =
        set(
            child("acme", "group", SEARCH, EXPORT, WRITES, MAIL),
            tenant("group", TOTAL, limit("cart", route("shop", "/cart"), 1, 1)));

    var said = LimitExplanation.of(set, "acme", new RequestShape("shop", "/search/export", "GET"));

    assertThat(why(said))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "search", new LimitExplanation.Why.Replaced("export"),
                "export", new LimitExplanation.Why.Applies(),
                "writes", new LimitExplanation.Why.Elsewhere("method"),
                "mail", new LimitExplanation.Why.Elsewhere("service"),
                "total", new LimitExplanation.Why.Applies(),
                "cart", new LimitExplanation.Why.Elsewhere("route")));
  }

  @Test
  void agreesWithMatchingOnRandomPolicies() {
    for (long seed = 0; seed < 200; seed++) {
      var set = new RandomPolicies(seed).set(3, 12);
      for (String path : new String[] {"/v0", "/v1/x", "/v2/a b", "/none"}) {
        var shape = new RequestShape("orders", path, "GET");

        var applies =
            LimitExplanation.of(set, "tenant-1", shape).stream()
                .filter(LimitExplanation::applies)
                .map(e -> new AppliedLimit(e.owner(), e.limit()))
                .toList();

        assertThat(applies)
            .as("seed " + seed)
            .isEqualTo(LimitMatcher.applied(set, "tenant-1", shape));
      }
    }
  }

  private static Map<String, LimitExplanation.Why> why(List<LimitExplanation> said) {
    return said.stream().collect(Collectors.toMap(e -> e.limit().name(), LimitExplanation::why));
  }
}
