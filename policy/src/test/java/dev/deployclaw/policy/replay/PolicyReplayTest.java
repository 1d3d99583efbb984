package dev.deployclaw.policy.replay;

import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.keyed;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Gateway.Route;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyReplayTest {
  private static final long SECOND = 1_000_000;
  private static final long HOUR = 3600 * SECOND;
  private static final long START = 1_795_669_200 * SECOND;
  private static final RequestAttribution BY_USER =
      new RequestAttribution(new RequestAttribution.TenantSource.User(), List.of());

  @Test
  void countsWhoIsNewlyRefusedWhenAndByWhat() {
    var replay = new PolicyReplay(set(acme(10)), set(acme(4)));

    for (int i = 0; i < 12; i++) {
      replay.next(request("acme", START), BY_USER);
    }
    replay.next(request("acme", START + HOUR), BY_USER);

    var impact = replay.impact();
    assertThat(impact.requests()).isEqualTo(13);
    assertThat(impact.newlyRefused()).isEqualTo(6);
    var acme = impact.tenants().getFirst();
    assertThat(acme.refusedBefore()).isEqualTo(2);
    assertThat(acme.refusedAfter()).isEqualTo(8);
    assertThat(acme.first()).isEqualTo(START);
    assertThat(acme.last()).isEqualTo(START);
    assertThat(acme.worstHour()).isEqualTo(START);
    assertThat(acme.inWorstHour()).isEqualTo(6);
    assertThat(acme.by()).isEqualTo("acme/total");
  }

  @Test
  void findsTheWorstHour() {
    var replay = new PolicyReplay(set(acme(100)), set(acme(1)));

    for (int hour = 0; hour < 3; hour++) {
      for (int i = 0; i < 2 + (hour == 1 ? 5 : 0); i++) {
        replay.next(request("acme", START + hour * HOUR), BY_USER);
      }
    }

    var acme = replay.impact().tenants().getFirst();
    assertThat(acme.worstHour()).isEqualTo(START + HOUR);
    assertThat(acme.inWorstHour()).isEqualTo(6);
    assertThat(acme.last()).isEqualTo(START + 2 * HOUR);
  }

  @Test
  void countsWhoIsAdmittedAgain() {
    var replay = new PolicyReplay(set(acme(0)), set(acme(5)));

    replay.next(request("acme", START), BY_USER);

    var impact = replay.impact();
    assertThat(impact.tenants().getFirst().newlyAdmitted()).isEqualTo(1);
    assertThat(impact.newlyRefused()).isZero();
  }

  @Test
  void aTenantWithoutAPolicyIsNewlyRefusedByNoLimit() {
    var replay = new PolicyReplay(set(acme(9)), set());

    replay.next(request("acme", START), BY_USER);
    replay.next(request("nobody", START), BY_USER);

    var impact = replay.impact();
    assertThat(impact.tenants().getFirst().tenant()).isEqualTo("acme");
    assertThat(impact.tenants().getFirst().by()).startsWith("no policy");
    assertThat(impact.tenants().getLast().tenant()).isEqualTo(ImpactReport.STRANGERS);
    assertThat(impact.tenants().getLast().newlyRefused()).isZero();
  }

  @Test
  void aGroupAboveCountsToo() {
    var group = tenant("group", limit("all", RequestMatch.ANY, 3, 60));
    var replay =
        new PolicyReplay(
            set(child("acme", "group"), group),
            set(child("acme", "group"), tenant("group", limit("all", RequestMatch.ANY, 1, 60))));

    for (int i = 0; i < 3; i++) {
      replay.next(request("acme", START), BY_USER);
    }

    assertThat(replay.impact().newlyRefused()).isEqualTo(2);
    assertThat(replay.impact().tenants().getFirst().by()).isEqualTo("group/all");
  }

  @Test
  void keepsABoundedNumberOfCountersAndSaysWhatItForgot() {
    var perClient =
        keyed(limit("client", RequestMatch.ANY, 5, 60), new CounterKeyPart.ClientAddress());
    var both = set(tenant("acme", perClient));
    var replay = new PolicyReplay(both, both, 1_000, _ -> true);
    int most = 0;

    for (int i = 0; i < 200_000; i++) {
      replay.next(from("10." + i, START + i), BY_USER);
      most = Math.max(most, replay.kept());
    }

    assertThat(most).isLessThanOrEqualTo(2_001);
    assertThat(replay.impact().notes()).anyMatch(n -> n.contains("more at a time than 1000"));
  }

  @Test
  void whatIsIdleIsForgottenWithoutANote() {
    var perClient =
        keyed(limit("client", RequestMatch.ANY, 5, 1), new CounterKeyPart.ClientAddress());
    var both = set(tenant("acme", perClient));
    var replay = new PolicyReplay(both, both, 1_000, _ -> true);

    for (int i = 0; i < 20_000; i++) {
      replay.next(from("10." + i, START + i * SECOND / 100), BY_USER);
    }

    assertThat(replay.impact().notes()).isEmpty();
  }

  @Test
  void idleCountersDoNotPileUp() {
    var perClient =
        keyed(limit("client", RequestMatch.ANY, 5, 60), new CounterKeyPart.ClientAddress());
    var both = set(tenant("acme", perClient));
    var replay = new PolicyReplay(both, both);
    int most = 0;

    for (int i = 0; i < 10_000; i++) {
      replay.next(from("10." + i, START + i * 1_000_000L), BY_USER);
      most = Math.max(most, replay.kept());
    }

    assertThat(most).as("both policies' counters of a window, and a tenant").isLessThan(200);
    assertThat(replay.impact().notes()).isEmpty();
  }

  @Test
  void strangersNamesAreNotKept() {
    var replay = new PolicyReplay(set(acme(9)), set(acme(9)));

    for (int i = 0; i < 10_000; i++) {
      replay.next(request("nobody-" + i, START), BY_USER);
    }

    assertThat(replay.kept()).isEqualTo(1);
    assertThat(replay.impact().tenants()).hasSize(1);
  }

  @Test
  void saysWhatALogCanNotTell() {
    var slots = counting(limit("slots", RequestMatch.ANY, 5, 60), LimitAlgorithm.CONCURRENCY);
    var replay = new PolicyReplay(set(tenant("acme", slots)), set(acme(1)));

    replay.next(request("acme", START), BY_USER);
    replay.next(request("acme", START - 120 * SECOND), BY_USER);

    assertThat(replay.impact().notes())
        .anyMatch(n -> n.contains("acme/slots"))
        .anyMatch(n -> n.startsWith("1 requests are over a minute older"));
  }

  @Test
  void followsRoutes() {
    var naming =
        new RequestAttribution(
            new RequestAttribution.TenantSource.Host(), List.of(new Route("/v1", "orders")));
    var orders = set(tenant("acme", limit("orders", RequestMatch.service("orders"), 0, 1)));
    var replay = new PolicyReplay(set(acme(9)), orders);

    replay.next(to("acme.example.test", "/v1/x"), naming);
    replay.next(to("acme.example.test", "/v10"), naming);

    assertThat(replay.impact().unrouted()).isEqualTo(1);
    assertThat(replay.impact().newlyRefused()).isEqualTo(1);
  }

  private static TenantPolicy acme(long requests) {
    return tenant("acme", limit("total", RequestMatch.ANY, requests, 60));
  }

  private static RecordedRequest request(String user, long micros) {
    return new RecordedRequest(micros, "10.0.0.1", "", user, "GET", "/search", Map.of());
  }

  private static RecordedRequest from(String client, long micros) {
    return new RecordedRequest(micros, client, "", "acme", "GET", "/search", Map.of());
  }

  private static RecordedRequest to(String host, String uri) {
    return new RecordedRequest(START, "10.0.0.1", host, "", "GET", uri, Map.of());
  }
}
