package dev.deployclaw.policy.match;

import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.keyed;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.route;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LimitMatcherTest {
  private static final Limit TOTAL = limit("total", RequestMatch.ANY, 1000, 60);
  private static final Limit SHOP = limit("shop", RequestMatch.service("shop"), 500, 60);
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
    var perClient = keyed(SEARCH, new CounterKeyPart.ClientAddress());
    var set = set(tenant("acme", perClient, EXPORT));

    assertThat(names(set, "shop", "/search/export")).containsExactly("search", "export");
  }

  @Test
  void appliesTwoWindowsOfOneMatch() {
    var set = set(tenant("acme", SHOP, limit("daily", RequestMatch.service("shop"), 9000, 86_400)));

    assertThat(names(set, "shop", "/")).containsExactly("shop", "daily");
  }

  @Test
  void comparesTheMethod() {
    var post = new RequestMatch(Optional.empty(), Optional.empty(), Optional.of("POST"));
    var set = set(tenant("acme", limit("writes", post, 5, 60)));

    assertThat(LimitMatcher.applied(set, "acme", new RequestShape("shop", "/", "POST"))).hasSize(1);
    assertThat(LimitMatcher.applied(set, "acme", new RequestShape("shop", "/", "GET"))).isEmpty();
  }

  @Test
  void addsTheLimitsOfAllGroupsAbove() {
    var set =
        set(child("acme", "gold", EXPORT), child("gold", "world", SEARCH), tenant("world", TOTAL));

    var applied =
        LimitMatcher.applied(set, "acme", new RequestShape("shop", "/search/export", "GET"));

    assertThat(applied)
        .containsExactly(
            new AppliedLimit("acme", EXPORT),
            new AppliedLimit("gold", SEARCH),
            new AppliedLimit("world", TOTAL));
  }

  @Test
  void endsAtACycleAndAtAnUnknownParent() {
    var set = set(child("a", "b", TOTAL), child("b", "a", TOTAL), child("c", "nobody", TOTAL));

    assertThat(TenantHierarchy.chain(set, "a")).hasSize(2);
    assertThat(TenantHierarchy.chain(set, "c")).hasSize(1);
    assertThat(TenantHierarchy.chain(set, "nobody")).isEmpty();
  }

  @Test
  void blocksTheTenantsOfABlockedGroup() {
    var set = set(child("acme", "gold"), tenant("gold").withBlocked(true), tenant("other"));

    assertThat(TenantHierarchy.blocked(set, "acme")).isTrue();
    assertThat(TenantHierarchy.blocked(set, "other")).isFalse();
  }

  private static List<String> names(PolicySet set, String service, String path) {
    return LimitMatcher.applied(set, "acme", new RequestShape(service, path, "GET")).stream()
        .map(a -> a.limit().name())
        .toList();
  }
}
