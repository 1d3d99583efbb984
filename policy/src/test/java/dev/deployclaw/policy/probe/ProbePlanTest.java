package dev.deployclaw.policy.probe;

import static dev.deployclaw.policy.PolicyFixtures.bursting;
import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.AdmissionRequest;
import dev.deployclaw.policy.decision.CounterCharge;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProbePlanTest {
  private static final long START = 1_790_000_000_123_456L;

  /** A route that gateways pass on in no spelling. */
  private static final RequestMatch REFUSED =
      new RequestMatch(Optional.of("search"), Optional.of("/search/a;b"), Optional.empty());

  private final List<TenantPolicy> tenants =
      List.of(
          tenant("acme", bucket("checkout", 600, 100), bucket("search", 1200, 200)),
          tenant("globex", bucket("orders", 300, 50), window("orders", 1000)),
          tenant("initech", bucket("checkout", 120, 20)),
          tenant("umbrella", bucket("search", 300, 50), bucket("orders", 240, 40)),
          tenant("hooli", bucket("search", 3000, 400)),
          tenant("stark", bucket("checkout", 900, 120), window("checkout", 3000)),
          tenant("wayne", window("search", 500)),
          tenant("wonka", bucket("orders", 60, 10)),
          tenant("cyberdyne", bucket("search", 240, 30), window("search", 900)),
          tenant("costly", bursting(bucket("orders", 70, 1), 35, 7)),
          tenant("fixed", counting(bucket("orders", 90, 90), LimitAlgorithm.FIXED_WINDOW)),
          tenant("spaced", counting(bucket("search", 120, 3), LimitAlgorithm.GCRA)),
          tenant("held", counting(bucket("checkout", 40, 40), LimitAlgorithm.CONCURRENCY)),
          tenant("group", bucket("search", 500, 90)),
          child("child-a", "group", bucket("search", 100, 20)),
          child("child-b", "group", bucket("checkout", 100, 20)));

  private final PolicySet set = with(tenants);

  @Test
  void sendsWhatWasAskedForThroughEveryGatewayForEveryTenant() {
    var plan = plan(set, 500);

    var byGateway = plan.probes().stream().collect(Collectors.groupingBy(ProbeRequest::gateway));
    assertThat(plan.probes()).hasSize(500);
    assertThat(byGateway).hasSize(47).allSatisfy((_, p) -> assertThat(p).hasSizeGreaterThan(9));
    var byTenant = plan.probes().stream().collect(Collectors.groupingBy(ProbeRequest::tenant));
    assertThat(byTenant).hasSize(15).doesNotContainKey("group");
    assertThat(byTenant)
        .allSatisfy((_, p) -> assertThat(p).map(ProbeRequest::allowed).contains(true, false));
    assertThat(plan.probes().stream().filter(p -> !p.allowed()).count()).isBetween(125L, 200L);
    assertThat(plan.leftOut()).isEmpty();
  }

  @Test
  void expectsWhatTheModelAnswers() {
    var plan = plan(set, 500);

    assertThat(deviations(plan, set)).isEmpty();
  }

  @Test
  void isTheSameForTheSameSeed() {
    assertThat(plan(set, 500)).isEqualTo(plan(set, 500));
    assertThat(ProbePlan.of(set, new ProbePlanRequest(names(), 500, "other", START)))
        .isNotEqualTo(plan(set, 500));
  }

  @Test
  void seesEveryLimitThatIsWrongByATenth() {
    var plan = plan(set, 500);

    for (var tenant : tenants) {
      for (var limit : tenant.limits()) {
        for (int percent : new int[] {90, 110}) {
          assertThat(deviations(plan, changed(limit, of(limit, percent, 100))))
              .as("rate of %s at %d %%", limit.name(), percent)
              .isNotEmpty();
          assertThat(deviations(plan, changed(limit, of(limit, 100, percent))))
              .as("burst of %s at %d %%", limit.name(), percent)
              .isNotEmpty();
        }
      }
    }
  }

  @Test
  void keepsItsAnswersWhenAnExerciseIsRepeatedLater() {
    var plan = plan(set, 500);

    for (var lane : plan.lanes()) {
      var repeated = lane.exercises().stream().flatMap(e -> lane.repeat(e).stream()).toList();
      assertThat(repeated).hasSameSizeAs(lane.exercises());
      var all = new ArrayList<>(lane.exercises());
      all.addAll(repeated);
      var longer = new ProbePlan(List.of(new ProbeLane(lane.root(), all, lane.again())), List.of());
      assertThat(deviations(longer, set)).isEmpty();
      assertThat(longer.probes()).map(ProbeRequest::nonce).doesNotHaveDuplicates();
    }
  }

  @Test
  void visitsEveryTenantWhenRequestsAreFew() {
    var plan = plan(set, 40);

    var byTenant = plan.probes().stream().collect(Collectors.groupingBy(ProbeRequest::tenant));
    assertThat(plan.probes()).hasSizeLessThanOrEqualTo(40);
    assertThat(byTenant).hasSize(15).allSatisfy((_, p) -> assertThat(p).hasSizeGreaterThan(1));
    assertThat(plan.leftOut()).isNotEmpty().allMatch(l -> l.contains("too many limits"));
    assertThat(deviations(plan, set)).isEmpty();
  }

  @Test
  void namesTheTenantsThatItCantVisit() {
    var plan = plan(set, 6);

    assertThat(plan.probes().stream().map(ProbeRequest::tenant).distinct()).hasSize(3);
    assertThat(plan.leftOut().stream().filter(l -> l.contains("too many tenants"))).hasSize(12);
  }

  @Test
  void namesWhatCantBeRefusedOrAdmitted() {
    var shadow = shadow(bucket("search", 100, 10));
    var plan =
        plan(
            with(
                List.of(
                    tenant("open"),
                    tenant("quiet", shadow),
                    tenant("stopped", bucket("search", 100, 10)).withBlocked(true),
                    tenant("nothing", limit("none", RequestMatch.service("search"), 0, 60)),
                    tenant("lost", limit("lost", RequestMatch.service("elsewhere"), 5, 60)),
                    tenant("odd", limit("odd", REFUSED, 5, 60)))),
            100);

    assertThat(plan.leftOut())
        .anyMatch(l -> l.startsWith("open: no limit refuses it"))
        .anyMatch(l -> l.startsWith("search of quiet: a shadow limit"))
        .anyMatch(l -> l.startsWith("stopped: is blocked"))
        .anyMatch(l -> l.startsWith("lost of lost: no request"))
        .anyMatch(l -> l.startsWith("odd of odd: no request"));
    assertThat(plan.probes().stream().filter(p -> p.tenant().equals("stopped")))
        .isNotEmpty()
        .noneMatch(ProbeRequest::allowed);
    assertThat(plan.probes().stream().filter(p -> p.tenant().equals("nothing")))
        .isNotEmpty()
        .noneMatch(ProbeRequest::allowed);
  }

  @Test
  void namesALimitThatAnotherAlwaysForestalls() {
    var plan =
        plan(
            with(List.of(tenant("tied", bucket("search", 60, 10), window("search", 100_000)))),
            200);

    assertThat(plan.leftOut()).contains("search-long of tied: another limit always refuses first");
    assertThat(plan.probes()).hasSize(200);
  }

  @Test
  void putsTenantsThatShareCountersIntoOneLane() {
    var roots = plan(set, 500).lanes().stream().map(ProbeLane::root).toList();

    assertThat(roots).isSorted().contains("group").doesNotContain("child-a");
  }

  /** What a function that enforces {@code real} answers otherwise than the plan says. */
  private static List<ProbeRequest> deviations(ProbePlan plan, PolicySet real) {
    Map<String, LimitCounter> counters = new HashMap<>();
    return plan.probes().stream().filter(p -> answer(p, real, counters) != p.allowed()).toList();
  }

  private static boolean answer(
      ProbeRequest probe, PolicySet set, Map<String, LimitCounter> counters) {
    var shape = RequestShape.ofUri(probe.service(), probe.path(), probe.method());
    var charges =
        LimitMatcher.applied(set, probe.tenant(), shape).stream()
            .map(a ->
                new CounterCharge(
                    a.owner() + "/" + a.limit().name(), LimitRule.of(a.limit()), probe.cost()))
            .toList();
    boolean blocked = TenantHierarchy.blocked(set, probe.tenant());
    return ReferenceModel.decide(
            counters, new AdmissionRequest(blocked, charges, 1, probe.nonce()), probe.at())
        .allowed();
  }

  private PolicySet changed(Limit from, Limit to) {
    return with(
        tenants.stream()
            .map(t -> t.withLimits(t.limits().stream().map(l -> l.equals(from) ? to : l).toList()))
            .toList());
  }

  private static Limit of(Limit limit, int ratePercent, int burstPercent) {
    boolean bucket = limit.algorithm().bursts();
    int requestsPercent = bucket || ratePercent != 100 ? ratePercent : burstPercent;
    return limit.admitting(
        limit.requests() * requestsPercent / 100,
        limit.window(),
        Math.max(1, scaled(limit.burst(), burstPercent)));
  }

  /** Away from what it was, also where a tenth is less than one. */
  private static long scaled(long value, int percent) {
    return percent < 100 ? value * percent / 100 : Math.ceilDiv(value * percent, 100);
  }

  private static Limit shadow(Limit limit) {
    return limit.in(EnforcementMode.SHADOW);
  }

  private static Limit bucket(String service, long requests, long burst) {
    return bursting(limit(service, RequestMatch.service(service), requests, 60), burst, 1);
  }

  private static Limit window(String service, long requests) {
    return counting(
        limit(service + "-long", RequestMatch.service(service), requests, 300),
        LimitAlgorithm.SLIDING_WINDOW);
  }

  private static ProbePlan plan(PolicySet set, int total) {
    return ProbePlan.of(set, new ProbePlanRequest(names(), total, "seed", START));
  }

  private static PolicySet with(List<TenantPolicy> tenants) {
    var routes =
        List.of("search", "checkout", "orders").stream()
            .map(s -> new Gateway.Route("/" + s, s))
            .toList();
    var gateways =
        names().stream()
            .map(n -> new Gateway(n, "edge", new Gateway.Identity.Host("lab.test"), routes))
            .toList();
    return PolicySet.of(tenants, gateways, "");
  }

  private static List<String> names() {
    return IntStream.range(0, 47).mapToObj(i -> "gw-%02d".formatted(i)).toList();
  }
}
