package dev.deployclaw.policy.diff;

import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.RandomPolicies;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PolicyDiffTest {
  private static final int SEEDS = 100;
  private static final Limit CHECKOUT =
      limit("checkout", RequestMatch.service("checkout"), 600, 60);

  @Test
  void namesEachFieldThatDiffers() {
    var from = set(tenant("acme", CHECKOUT), tenant("beta", CHECKOUT));
    var to =
        set(
            tenant("acme", limit("checkout", RequestMatch.service("checkout"), 1200, 300)),
            tenant("beta", CHECKOUT).withBlocked(true));

    var diff = PolicyDiff.between(from, to);

    assertThat(texts(diff))
        .containsExactly(
            "acme checkout: requests 600 -> 1200",
            "acme checkout: window 1m -> 5m",
            "acme checkout: burst 600 -> 1200",
            "beta: blocked false -> true");
    assertThat(diff.toMaps().getFirst())
        .isEqualTo(
            Map.of(
                "tenant", "acme",
                "limit", "checkout",
                "field", "requests",
                "before", "600",
                "after", "1200"));
  }

  @Test
  void namesALeaseThatComesOrChanges() {
    var exact = set(tenant("acme", CHECKOUT));
    var brief = set(tenant("acme", CHECKOUT.in(LimitPrecision.leased(Duration.ofMillis(50)))));
    var longer = set(tenant("acme", CHECKOUT.in(LimitPrecision.leased(Duration.ofSeconds(1)))));

    assertThat(texts(PolicyDiff.between(exact, brief)))
        .containsExactly("acme checkout: precision added: leased 50ms");
    assertThat(texts(PolicyDiff.between(brief, longer)))
        .containsExactly("acme checkout: precision leased 50ms -> leased 1s");
  }

  @Test
  void isKnownByTheHashOfItsLines() {
    var from = set(tenant("acme", CHECKOUT));
    var to = set(tenant("acme", limit("checkout", RequestMatch.service("checkout"), 1200, 300)));
    var diff = PolicyDiff.between(from, to);

    String lines =
        diff.toMaps().stream().map(d -> CanonicalJson.text(d) + "\n").collect(Collectors.joining());

    assertThat(diff.differences()).hasSizeGreaterThan(1);
    assertThat(diff.sha256())
        .isEqualTo(CanonicalJson.sha256(lines.getBytes(StandardCharsets.UTF_8)))
        .isNotEqualTo(PolicyDiff.between(to, from).sha256());
  }

  @Test
  void namesTenantsAndLimitsThatComeAndGo() {
    var from = set(tenant("acme", CHECKOUT), tenant("gone", CHECKOUT));
    var to = set(tenant("acme", limit("search", RequestMatch.ANY, 5, 60)), tenant("new"));

    var diff = PolicyDiff.between(from, to);

    String before =
        "match.service checkout, algorithm token-bucket, requests 600, window 1m, burst 600,"
            + " cost 1, mode enforce";
    assertThat(texts(diff))
        .containsExactly(
            "acme checkout: limit removed: " + before,
            "acme search: limit added: algorithm token-bucket, requests 5, window 1m, burst 5,"
                + " cost 1, mode enforce",
            "gone: tenant removed",
            "gone checkout: limit removed: " + before,
            "new: tenant added");
  }

  @Test
  void countsTheTenantsOfAChangedGroup() {
    var total = limit("total", RequestMatch.ANY, 5, 60);
    var from =
        set(child("acme", "gold", CHECKOUT), tenant("gold", total), tenant("other", CHECKOUT));
    var to = from.withTenants(List.of(from.tenants().get("acme"), from.tenants().get("other")));

    var radius = PolicyDiff.between(from, to).blastRadius();

    assertThat(radius.tenants()).containsExactly("acme", "gold");
    assertThat(radius.limits()).containsExactly("gold/total");
    assertThat(radius.services()).containsExactly("*");
  }

  @Test
  void namesGatewaysThatChange() {
    var identity = new Gateway.Identity.Header("x-tenant");
    var one = new Gateway("edge", "pay", identity, List.of(new Gateway.Route("/", "web")));
    var two = new Gateway("edge", "pay", identity, List.of(new Gateway.Route("/", "shop")));

    var diff =
        PolicyDiff.between(
            PolicySet.of(List.of(), List.of(one), ""), PolicySet.of(List.of(), List.of(two), "k"));

    assertThat(texts(diff))
        .containsExactly("gateway edge.routes / web -> / shop", "probe_key added: k");
    assertThat(diff.blastRadius().gateways()).containsExactly("edge");
  }

  @Test
  void isEmptyOnlyBetweenEqualSets() {
    for (long seed = 0; seed < SEEDS; seed++) {
      var set = new RandomPolicies(seed).set(3, 3);
      var other = new RandomPolicies(seed + 1).set(3, 3);

      assertThat(PolicyDiff.between(set, PolicySet.parse(set.bytes())).isEmpty()).isTrue();
      assertThat(PolicyDiff.between(set, other).isEmpty()).as("seed %d", seed).isFalse();
    }
  }

  private static List<String> texts(PolicyDiff diff) {
    return diff.differences().stream().map(FieldDifference::text).toList();
  }

  @Test
  void comesBackFromItsMap() {
    var diff =
        PolicyDiff.between(
            PolicySet.EMPTY, set(tenant("acme", limit("checkout", RequestMatch.ANY, 600, 60))));

    assertThat(diff.differences()).isNotEmpty();
    assertThat(diff.differences())
        .allSatisfy(d -> assertThat(FieldDifference.ofMap(d.toMap())).contains(d));
    assertThat(FieldDifference.ofMap(Map.of("before", "x"))).isEmpty();
  }
}
