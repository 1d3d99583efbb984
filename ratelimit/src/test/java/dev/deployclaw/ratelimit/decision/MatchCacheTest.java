package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.identity.AuthenticatedCaller;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is recalled is what matching would say again. */
class MatchCacheTest {
  private static final PolicySnapshot VIEW = view(1, new CounterKeyPart.Header("x-user"));

  private final MatchCache recalled = MatchCache.within(64 << 20);
  private final HeaderCardinality values = new HeaderCardinality(100, System::nanoTime);

  @Test
  void recallsAQuestionThatCameBefore() {
    ask(VIEW, question("acme", "10.0.0.1", "ann"));
    assertThat(recalled.of(VIEW, question("acme", "10.0.0.1", "ann")))
        .as("who came once isn't kept")
        .isEmpty();

    ask(VIEW, question("acme", "10.0.0.1", "ann"));

    assertThat(recalled.of(VIEW, question("acme", "10.0.0.1", "ann")))
        .map(MatchCacheTest::counters)
        .contains(counters(ask(VIEW, question("acme", "10.0.0.1", "ann"))));
  }

  @Test
  void tellsAHeaderThatALimitCountsByApart() {
    keep(VIEW, question("acme", "10.0.0.1", "ann"));

    assertThat(recalled.of(VIEW, question("acme", "10.0.0.1", "bob"))).isEmpty();
    assertThat(recalled.of(VIEW, question("acme", "10.0.0.2", "ann")))
        .as("no limit counts by the address")
        .isPresent();
  }

  @Test
  void tellsAnAddressThatALimitCountsByApart() {
    var view = view(1, new CounterKeyPart.ClientAddress());
    keep(view, question("acme", "10.0.0.1", "ann"));

    assertThat(recalled.of(view, question("acme", "10.0.0.2", "ann"))).isEmpty();
    assertThat(recalled.of(view, question("acme", "10.0.0.1", "bob"))).isPresent();
  }

  @Test
  void tellsTenantsPathsMethodsAndUnitsApart() {
    var asked = question("acme", "10.0.0.1", "ann");
    keep(VIEW, asked);

    assertThat(recalled.of(VIEW, question("globex", "10.0.0.1", "ann"))).isEmpty();
    assertThat(recalled.of(VIEW, asked.uncharged())).isEmpty();
    assertThat(recalled.of(VIEW, with("/b", "GET"))).isEmpty();
    assertThat(recalled.of(VIEW, with("/a", "PUT"))).isEmpty();
    assertThat(recalled.of(VIEW, with("/a", "GET"))).isPresent();
  }

  @Test
  void forgetsWithTheView() {
    keep(VIEW, question("acme", "10.0.0.1", "ann"));
    var next = view(2, new CounterKeyPart.Header("x-user"));

    assertThat(recalled.of(next, question("acme", "10.0.0.1", "ann"))).isEmpty();
    assertThat(keep(next, question("acme", "10.0.0.1", "ann")).claims().claim(2)).isPresent();
    assertThat(recalled.of(VIEW, question("acme", "10.0.0.1", "ann"))).isEmpty();
  }

  /** Of the places of one set, that of a question goes which wasn't asked since the last one. */
  @Test
  void whoIsAskedForOftenStays() {
    var small = new MatchCache(8);
    var first = IntStream.range(0, 8).mapToObj(i -> with("/" + i, "GET")).toList();
    first.forEach(question -> keep(small, question));
    assertThat(first).allMatch(question -> small.of(VIEW, question).isPresent());

    keep(small, with("/8", "GET"));
    var left = first.stream().filter(question -> small.of(VIEW, question).isPresent()).toList();
    keep(small, with("/9", "GET"));
    var often = left.stream().filter(q -> small.of(VIEW, q).isPresent()).findFirst().orElseThrow();
    keep(small, with("/10", "GET"));

    assertThat(left).hasSize(7);
    assertThat(small.of(VIEW, often)).isPresent();
    assertThat(small.of(VIEW, with("/10", "GET"))).isPresent();
  }

  /** A third of the places taken: hardly any question may find all of its own taken by others. */
  @Test
  void aThirdOfItsPlacesIsReallyThere() {
    var large = new MatchCache(1 << 15);
    var asked = IntStream.range(0, 10_000).mapToObj(i -> with("/" + i, "GET")).toList();
    asked.forEach(question -> keep(large, question));

    long lost = asked.stream().filter(question -> large.of(VIEW, question).isEmpty()).count();

    assertThat(lost).isLessThan(20);
  }

  @Test
  void isNoLargerThanItsShareOfTheHeap() {
    assertThat(MatchCache.places(64 << 20)).isEqualTo(1 << 11);
    assertThat(MatchCache.places(1 << 20)).isEqualTo(1 << 10);
    assertThat(MatchCache.places(1L << 40)).isEqualTo(1 << 15);
  }

  @Test
  void keepsNoLongText() {
    var asked = question("acme", "10.0.0.1", "x".repeat(2_000));
    keep(VIEW, asked);

    assertThat(recalled.of(VIEW, asked)).isEmpty();
  }

  private MatchedRequest keep(PolicySnapshot view, DecisionRequest question) {
    ask(view, question);
    return ask(view, question);
  }

  private void keep(MatchCache cache, DecisionRequest question) {
    ask(cache, VIEW, question);
    ask(cache, VIEW, question);
  }

  private MatchedRequest ask(PolicySnapshot view, DecisionRequest question) {
    return ask(recalled, view, question);
  }

  private MatchedRequest ask(MatchCache cache, PolicySnapshot view, DecisionRequest question) {
    return cache.keep(
        view,
        question,
        q ->
            new MatchedRequest(
                EpochCharges.of(view, q, AuthenticatedCaller.ANYBODY, values), view.active()));
  }

  private static List<String> counters(MatchedRequest matched) {
    return matched.first().orElseThrow().call().encoded().keys();
  }

  private static DecisionRequest question(String tenant, String client, String user) {
    return new DecisionRequest(
        "edge-1",
        tenant + ".api.example.com",
        "GET",
        "/a",
        client,
        "",
        1,
        name -> Map.of("x-user", user).getOrDefault(name, ""));
  }

  private static DecisionRequest with(String uri, String method) {
    return new DecisionRequest(
        "edge-1", "acme.api.example.com", method, uri, "10.0.0.1", "", 1, _ -> "ann");
  }

  private static PolicySnapshot view(long epoch, CounterKeyPart key) {
    var limit =
        Limit.tokenBucket("each", RequestMatch.ANY, 10, Duration.ofMinutes(1)).per(List.of(key));
    var gateway =
        new Gateway(
            "edge-1",
            "edge",
            new Gateway.Identity.Host("api.example.com"),
            List.of(new Gateway.Route("/", "web")));
    var set =
        PolicySet.of(List.of(tenant("acme", limit), tenant("globex", limit)), List.of(gateway), "");
    var held = new EpochPolicySet(epoch, set.digest(), set);
    return new PolicySnapshot(Optional.<Constants>empty(), List.of(held));
  }

  private static TenantPolicy tenant(String name, Limit limit) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, BackendFailureMode.DENY, List.of(limit));
  }
}
