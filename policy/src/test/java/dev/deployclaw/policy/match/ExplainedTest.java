package dev.deployclaw.policy.match;

import static dev.deployclaw.policy.Policies.child;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.route;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.RandomPolicies;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExplainedTest {
  private static final Limit TOTAL = limit("total", Match.ANY, 1000, 60);
  private static final Limit SEARCH = limit("search", route("shop", "/search"), 100, 60);
  private static final Limit EXPORT = limit("export", route("shop", "/search/export"), 10, 60);
  private static final Limit WRITES =
      limit(
          "writes",
          new Match(Optional.of("shop"), Optional.of("/search"), Optional.of("POST")),
          10,
          60);
  private static final Limit MAIL = limit("mail", Match.service("mail"), 5, 1);

  @Test
  void saysOfEachLimitWhyItAppliesOrDoesNot() {
    var set =
        set(
            child("acme", "group", SEARCH, EXPORT, WRITES, MAIL),
            tenant("group", TOTAL, limit("cart", route("shop", "/cart"), 1, 1)));

    var said = Explained.of(set, "acme", new RequestShape("shop", "/search/export", "GET"));

    assertThat(why(said))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "search", new Explained.Why.Replaced("export"),
                "export", new Explained.Why.Applies(),
                "writes", new Explained.Why.Elsewhere("method"),
                "mail", new Explained.Why.Elsewhere("service"),
                "total", new Explained.Why.Applies(),
                "cart", new Explained.Why.Elsewhere("route")));
  }

  @Test
  void agreesWithMatchingOnRandomPolicies() {
    for (long seed = 0; seed < 200; seed++) {
      var set = new RandomPolicies(seed).set(3, 12);
      for (String path : new String[] {"/v0", "/v1/x", "/v2/a b", "/none"}) {
        var shape = new RequestShape("orders", path, "GET");

        var applies =
            Explained.of(set, "tenant-1", shape).stream()
                .filter(Explained::applies)
                .map(e -> new Applied(e.owner(), e.limit()))
                .toList();

        assertThat(applies).as("seed " + seed).isEqualTo(Matching.applied(set, "tenant-1", shape));
      }
    }
  }

  private static Map<String, Explained.Why> why(List<Explained> said) {
    return said.stream().collect(Collectors.toMap(e -> e.limit().name(), Explained::why));
  }
}
