package dev.deployclaw.policy.probe;

import static dev.deployclaw.policy.PolicyFixtures.keyed;
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
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.probe.EnforcementSpotChecks.Check;
import dev.deployclaw.policy.probe.EnforcementSpotChecks.Turn;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnforcementSpotChecksTest {
  private static final long NOW = 1_790_000_000_123_456L;
  private static final String SHOP = "gw-shop";
  private static final String SEARCH = "gw-search";

  @Test
  void admitsAllThatFitsAndRefusesOneMore() {
    var set = set(tenant("acme", on("shop", 600)), tenant("globex", on("search", 30)));
    var checks = EnforcementSpotChecks.of(set, List.of(SHOP, SEARCH));

    for (var gateway : List.of(SHOP, SEARCH)) {
      var check = checks.of(new Turn(gateway, "beat-1", NOW)).orElseThrow();

      assertThat(check.probes()).extracting(ProbeRequest::allowed).containsExactly(true, false);
      assertThat(check.probes()).extracting(ProbeRequest::gateway).containsOnly(gateway);
      assertThat(check.probes()).extracting(ProbeRequest::nonce).doesNotHaveDuplicates();
      assertThat(answers(check, set)).containsExactly(true, false);
    }
  }

  @Test
  void getsRoundAllLimitsInTime() {
    var set = set(tenant("acme", on("shop", 600)), tenant("globex", on("shop", 30)));
    var checks = EnforcementSpotChecks.of(set, List.of(SHOP));
    var seen = new HashSet<String>();

    for (int beat = 0; beat < 64; beat++) {
      var check = checks.of(new Turn(SHOP, "beat-" + beat, NOW)).orElseThrow();
      seen.add(check.probes().getFirst().tenant());
    }

    assertThat(seen).containsExactlyInAnyOrder("acme", "globex");
  }

  @Test
  void namesTheCounterWhichIsTheBeatsOwn() {
    var checks = EnforcementSpotChecks.of(set(tenant("acme", on("shop", 600))), List.of(SHOP));

    assertThat(counter(checks, "beat-1")).hasValue("dc:{acme}:probe:beat-1:acme:shop:");
    assertThat(counter(checks, "beat-2")).hasValue("dc:{acme}:probe:beat-2:acme:shop:");
  }

  @Test
  void takesAnAbsentHeaderAsEmptyAndDoesNotGuessTheClientsAddress() {
    var byHeader = keyed(on("shop", 600), new CounterKeyPart.Header("x-user"));
    var byClient = keyed(on("shop", 600), new CounterKeyPart.ClientAddress());

    assertThat(counter(EnforcementSpotChecks.of(set(tenant("acme", byHeader)), List.of(SHOP)), "b"))
        .hasValue("dc:{acme}:probe:b:acme:shop:header.x-user=");
    assertThat(counter(EnforcementSpotChecks.of(set(tenant("acme", byClient)), List.of(SHOP)), "b"))
        .isEmpty();
  }

  @Test
  void hasNoCheckWhereNothingCanBeExhausted() {
    var set = set(tenant("acme", on("shop", 600)), tenant("closed", on("search", 0)));
    var checks = EnforcementSpotChecks.of(set, List.of(SHOP, SEARCH, "unheard-of"));

    assertThat(checks.of(new Turn(SEARCH, "b", NOW))).isEmpty();
    assertThat(checks.of(new Turn("unheard-of", "b", NOW))).isEmpty();
    assertThat(checks.of(new Turn(SHOP, "b", NOW))).isPresent();
  }

  private static Optional<String> counter(EnforcementSpotChecks checks, String seed) {
    return checks.of(new Turn(SHOP, seed, NOW)).flatMap(Check::counter);
  }

  private static List<Boolean> answers(Check check, PolicySet set) {
    Map<String, LimitCounter> counters = new HashMap<>();
    return check.probes().stream()
        .map(probe -> {
          var shape = RequestShape.ofUri(probe.service(), probe.path(), probe.method());
          var charges =
              LimitMatcher.applied(set, probe.tenant(), shape).stream()
                  .map(a ->
                      new CounterCharge(a.limit().name(), LimitRule.of(a.limit()), probe.cost()))
                  .toList();
          return ReferenceModel.decide(
                  counters, new AdmissionRequest(false, charges, 1), probe.at())
              .allowed();
        })
        .toList();
  }

  private static Limit on(String service, long requests) {
    return limit(service, RequestMatch.service(service), requests, 60);
  }

  private static PolicySet set(TenantPolicy... tenants) {
    var gateways = List.of(gateway(SHOP, "shop"), gateway(SEARCH, "search"));
    return PolicySet.of(List.of(tenants), gateways, "");
  }

  private static Gateway gateway(String name, String service) {
    return new Gateway(
        name,
        "edge",
        new Gateway.Identity.Host("lab.test"),
        List.of(new Gateway.Route("/" + service, service)));
  }
}
