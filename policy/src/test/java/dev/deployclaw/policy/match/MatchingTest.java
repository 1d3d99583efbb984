package dev.deployclaw.policy.match;

import static dev.deployclaw.policy.Policies.child;
import static dev.deployclaw.policy.Policies.keyed;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.route;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MatchingTest {
  private static final Limit TOTAL = limit("total", Match.ANY, 1000, 60);
  private static final Limit SHOP = limit("shop", Match.service("shop"), 500, 60);
  private static final Limit SEARCH = limit("search", route("shop", "/search"), 100, 60);
  private static final Limit EXPORT = limit("export", route("shop", "/search/export"), 10, 60);

  @Test
  void appliesEveryLimitThatCovers() {
    var set = set(tenant("acme", TOTAL, SHOP, SEARCH));

    assertThat(names(set, "shop", "/search")).containsExactly("total", "shop", "search");
    assertThat(names(set, "shop", "/cart")).containsExactly("total", "shop");
    assertThat(names(set, "mail", "/search")).containsExactly("total");
  }

  @Test
  void appliesOnlyTheMostSpecificRoute() {
    var set = set(tenant("acme", SEARCH, EXPORT, SHOP));

    assertThat(names(set, "shop", "/search/export/7")).containsExactly("export", "shop");
    assertThat(names(set, "shop", "/search/exports")).containsExactly("search", "shop");
  }

  @Test
  void takesStarAsTheDefaultRoute() {
    var set = set(tenant("acme", limit("rest", route("shop", "*"), 5, 60), SEARCH));

    assertThat(names(set, "shop", "/search")).containsExactly("search");
    assertThat(names(set, "shop", "/cart")).containsExactly("rest");
  }

  @Test
  void appliesRoutesWithAnotherKeyTogether() {
    var perClient = keyed(SEARCH, new KeyPart.ClientAddress());
    var set = set(tenant("acme", perClient, EXPORT));

    assertThat(names(set, "shop", "/search/export")).containsExactly("search", "export");
  }

  @Test
  void appliesTwoWindowsOfOneMatch() {
    var set = set(tenant("acme", SHOP, limit("daily", Match.service("shop"), 9000, 86_400)));

    assertThat(names(set, "shop", "/")).containsExactly("shop", "daily");
  }

  @Test
  void comparesTheMethod() {
    var post = new Match(Optional.empty(), Optional.empty(), Optional.of("POST"));
    var set = set(tenant("acme", limit("writes", post, 5, 60)));

    assertThat(Matching.applied(set, "acme", new RequestShape("shop", "/", "POST"))).hasSize(1);
    assertThat(Matching.applied(set, "acme", new RequestShape("shop", "/", "GET"))).isEmpty();
  }

  @Test
  void addsTheLimitsOfAllGroupsAbove() {
    var set =
        set(child("acme", "gold", EXPORT), child("gold", "world", SEARCH), tenant("world", TOTAL));

    var applied = Matching.applied(set, "acme", new RequestShape("shop", "/search/export", "GET"));

    assertThat(applied)
        .containsExactly(
            new Applied("acme", EXPORT), new Applied("gold", SEARCH), new Applied("world", TOTAL));
  }

  @Test
  void endsAtACycleAndAtAnUnknownParent() {
    var set = set(child("a", "b", TOTAL), child("b", "a", TOTAL), child("c", "nobody", TOTAL));

    assertThat(Hierarchy.chain(set, "a")).hasSize(2);
    assertThat(Hierarchy.chain(set, "c")).hasSize(1);
    assertThat(Hierarchy.chain(set, "nobody")).isEmpty();
  }

  @Test
  void blocksTheTenantsOfABlockedGroup() {
    var set = set(child("acme", "gold"), tenant("gold").withBlocked(true), tenant("other"));

    assertThat(Hierarchy.blocked(set, "acme")).isTrue();
    assertThat(Hierarchy.blocked(set, "other")).isFalse();
  }

  private static List<String> names(PolicySet set, String service, String path) {
    return Matching.applied(set, "acme", new RequestShape(service, path, "GET")).stream()
        .map(a -> a.limit().name())
        .toList();
  }
}
