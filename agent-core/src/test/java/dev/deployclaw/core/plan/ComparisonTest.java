package dev.deployclaw.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeSources;
import dev.deployclaw.core.plan.Discrepancy.Kind;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyDocument;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Plan.Ground FIRST = new Plan.Ground(0, "", 0);
  private static final Plan.Ground FOURTH = new Plan.Ground(4, "d4", 40);

  @Test
  void namesTenantsThatScriptsForgotOrSetOtherwise() {
    var wanted = new TreeMap<>(Map.of("acme", policy("acme", 600), "zenith", policy("zenith", 60)));
    wanted.put("initech", policy("initech", 10));
    var keys =
        Map.of("rate_limit:{acme}", "600", "rate_limit:zenith", "90", "rate_limit:ghost", "1");

    var found = Comparison.of(FIRST, redis(Map.of("brownfield", keys)), wanted);

    assertThat(found)
        .extracting(d -> d.member() + " " + d.kind())
        .containsExactly("initech NOT_ENFORCED", "zenith DIFFERENT", "ghost EXTRA");
  }

  @Test
  void namesNodesThatAreElsewhere() {
    var behind = Map.<String, Object>of("epoch", 3L);
    var ahead = Map.<String, Object>of("epoch", 5L);

    assertThat(kinds(Comparison.of(FOURTH, redis(behind), new TreeMap<>())))
        .containsExactly(Kind.BEHIND);
    assertThat(kinds(Comparison.of(FOURTH, redis(ahead), new TreeMap<>())))
        .containsExactly(Kind.AHEAD);
    assertThat(kinds(Comparison.of(FOURTH, redis(Map.of()), new TreeMap<>())))
        .containsExactly(Kind.MISSING);
    assertThat(Comparison.of(FOURTH, redis(Map.of("epoch", 4L)), new TreeMap<>())).isEmpty();
  }

  @Test
  void namesGatewaysThatRunSomethingElse() {
    Outcome scan =
        Outcome.done(
            List.of(
                Report.yes("gateway/shop/one", "f1", Map.of("epoch", 4L, "managed", true)),
                Report.yes("gateway/shop/two", "f2", Map.of("epoch", 4L, "managed", false)),
                Report.unknown("gateway/shop/three", "no answer")));

    var found = Comparison.of(FOURTH, Map.of("gateway.scan", scan), new TreeMap<>());

    assertThat(found)
        .extracting(d -> d.member() + " " + d.kind())
        .containsExactly("gateway/shop/two NOT_ENFORCED", "gateway/shop/three UNREACHABLE");
  }

  @Test
  void namesConfigurationStoresThatServeSomethingElse() {
    Outcome scan =
        Outcome.done(
            List.of(
                Report.yes("configuration/limits", "d4", Map.of("epoch", 4L)),
                Report.yes("configuration/old", "d3", Map.of("epoch", 3L)),
                Report.yes("configuration/empty", "", Map.of()),
                Report.no("configuration/bent", "what is stored of epoch 4 was changed")));

    var found = Comparison.of(FOURTH, Map.of("configuration.scan", scan), new TreeMap<>());

    assertThat(found)
        .extracting(d -> d.member() + " " + d.kind())
        .containsExactly(
            "configuration/old BEHIND",
            "configuration/empty MISSING",
            "configuration/bent DIFFERENT");
  }

  @Test
  void namesRateLimitServicesThatAskAnotherRedis() {
    Outcome looked =
        Outcome.done(
            List.of(
                Report.yes("ratelimit/a", "", Map.of()),
                Report.no("ratelimit/b", "asks another Redis"),
                Report.unknown("ratelimit/c", "no answer")));

    var found = Comparison.of(FOURTH, Map.of("ratelimit.topology", looked), new TreeMap<>());

    assertThat(found)
        .extracting(Discrepancy::text)
        .containsExactly(
            "ratelimit/b astray: asks another Redis", "ratelimit/c unreachable: no answer");
  }

  @Test
  void saysInASentenceWhatDiffersAndNamesTheFirst() {
    var one = new Discrepancy(Kind.BEHIND, "redis/a", "is at epoch 3");

    assertThat(Discrepancy.sentence(List.of())).isEqualTo("enforced is what is committed");
    assertThat(Discrepancy.sentence(List.of(one)))
        .isEqualTo("1 difference between wanted and enforced: redis/a behind: is at epoch 3");
    assertThat(Discrepancy.sentence(List.of(one, one, one, one, one)))
        .startsWith("5 differences")
        .endsWith("; and 2 more");
  }

  private static List<Kind> kinds(List<Discrepancy> found) {
    return found.stream().map(Discrepancy::kind).toList();
  }

  private static Map<String, Outcome> redis(Map<String, Object> facts) {
    return Map.of("redis.scan", Outcome.done(List.of(Report.yes("redis/a", "d4", facts))));
  }

  private static TenantPolicy policy(String tenant, long requests) {
    return PolicyDocument.parse(tenant, FakeSources.document(tenant, requests))
        .policy()
        .orElseThrow();
  }
}
