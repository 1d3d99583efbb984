package dev.deployclaw.policy.replay;

import static dev.deployclaw.policy.Policies.child;
import static dev.deployclaw.policy.Policies.counting;
import static dev.deployclaw.policy.Policies.keyed;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Gateway.Route;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayTest {
  private static final long SECOND = 1_000_000;
  private static final long HOUR = 3600 * SECOND;
  private static final long START = 1_795_669_200 * SECOND;
  private static final Naming BY_USER = new Naming(new Naming.Teller.User(), List.of());

  @Test
  void countsWhoIsNewlyRefusedWhenAndByWhat() {
    var replay = new Replay(set(acme(10)), set(acme(4)), BY_USER);

    for (int i = 0; i < 12; i++) {
      replay.next(request("acme", START));
    }
    replay.next(request("acme", START + HOUR));

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
    var replay = new Replay(set(acme(100)), set(acme(1)), BY_USER);

    for (int hour = 0; hour < 3; hour++) {
      for (int i = 0; i < 2 + (hour == 1 ? 5 : 0); i++) {
        replay.next(request("acme", START + hour * HOUR));
      }
    }

    var acme = replay.impact().tenants().getFirst();
    assertThat(acme.worstHour()).isEqualTo(START + HOUR);
    assertThat(acme.inWorstHour()).isEqualTo(6);
    assertThat(acme.last()).isEqualTo(START + 2 * HOUR);
  }

  @Test
  void countsWhoIsAdmittedAgain() {
    var replay = new Replay(set(acme(0)), set(acme(5)), BY_USER);

    replay.next(request("acme", START));

    var impact = replay.impact();
    assertThat(impact.tenants().getFirst().newlyAdmitted()).isEqualTo(1);
    assertThat(impact.newlyRefused()).isZero();
  }

  @Test
  void aTenantWithoutAPolicyIsNewlyRefusedByNoLimit() {
    var replay = new Replay(set(acme(9)), set(), BY_USER);

    replay.next(request("acme", START));
    replay.next(request("nobody", START));

    var impact = replay.impact();
    assertThat(impact.tenants().getFirst().tenant()).isEqualTo("acme");
    assertThat(impact.tenants().getFirst().by()).startsWith("no policy");
    assertThat(impact.tenants().getLast().tenant()).isEqualTo(Impact.STRANGERS);
    assertThat(impact.tenants().getLast().newlyRefused()).isZero();
  }

  @Test
  void aGroupAboveCountsToo() {
    var group = tenant("group", limit("all", Match.ANY, 3, 60));
    var replay =
        new Replay(
            set(child("acme", "group"), group),
            set(child("acme", "group"), tenant("group", limit("all", Match.ANY, 1, 60))),
            BY_USER);

    for (int i = 0; i < 3; i++) {
      replay.next(request("acme", START));
    }

    assertThat(replay.impact().newlyRefused()).isEqualTo(2);
    assertThat(replay.impact().tenants().getFirst().by()).isEqualTo("group/all");
  }

  @Test
  void keepsABoundedNumberOfCountersAndSaysWhatItForgot() {
    var perClient = keyed(limit("client", Match.ANY, 5, 60), new KeyPart.ClientAddress());
    var both = set(tenant("acme", perClient));
    var replay = new Replay(both, both, BY_USER, 1_000);
    int most = 0;

    for (int i = 0; i < 200_000; i++) {
      replay.next(from("10." + i, START + i));
      most = Math.max(most, replay.kept());
    }

    assertThat(most).isLessThanOrEqualTo(2_001);
    assertThat(replay.impact().notes()).anyMatch(n -> n.contains("more at a time than 1000"));
  }

  @Test
  void whatIsIdleIsForgottenWithoutANote() {
    var perClient = keyed(limit("client", Match.ANY, 5, 1), new KeyPart.ClientAddress());
    var both = set(tenant("acme", perClient));
    var replay = new Replay(both, both, BY_USER, 1_000);

    for (int i = 0; i < 20_000; i++) {
      replay.next(from("10." + i, START + i * SECOND / 100));
    }

    assertThat(replay.impact().notes()).isEmpty();
  }

  @Test
  void idleCountersDoNotPileUp() {
    var perClient = keyed(limit("client", Match.ANY, 5, 60), new KeyPart.ClientAddress());
    var both = set(tenant("acme", perClient));
    var replay = new Replay(both, both, BY_USER);
    int most = 0;

    for (int i = 0; i < 10_000; i++) {
      replay.next(from("10." + i, START + i * 1_000_000L));
      most = Math.max(most, replay.kept());
    }

    assertThat(most).as("both policies' counters of a window, and a tenant").isLessThan(200);
    assertThat(replay.impact().notes()).isEmpty();
  }

  @Test
  void strangersNamesAreNotKept() {
    var replay = new Replay(set(acme(9)), set(acme(9)), BY_USER);

    for (int i = 0; i < 10_000; i++) {
      replay.next(request("nobody-" + i, START));
    }

    assertThat(replay.kept()).isEqualTo(1);
    assertThat(replay.impact().tenants()).hasSize(1);
  }

  @Test
  void saysWhatALogCanNotTell() {
    var slots = counting(limit("slots", Match.ANY, 5, 60), Algorithm.CONCURRENCY);
    var replay = new Replay(set(tenant("acme", slots)), set(acme(1)), BY_USER);

    replay.next(request("acme", START));
    replay.next(request("acme", START - 120 * SECOND));

    assertThat(replay.impact().notes())
        .anyMatch(n -> n.contains("acme/slots"))
        .anyMatch(n -> n.startsWith("1 requests are over a minute older"));
  }

  @Test
  void followsRoutes() {
    var naming = new Naming(new Naming.Teller.Host(), List.of(new Route("/v1", "orders")));
    var orders = set(tenant("acme", limit("orders", Match.service("orders"), 0, 1)));
    var replay = new Replay(set(acme(9)), orders, naming);

    replay.next(to("acme.example.test", "/v1/x"));
    replay.next(to("acme.example.test", "/v10"));

    assertThat(replay.impact().unrouted()).isEqualTo(1);
    assertThat(replay.impact().newlyRefused()).isEqualTo(1);
  }

  private static TenantPolicy acme(long requests) {
    return tenant("acme", limit("total", Match.ANY, requests, 60));
  }

  private static Recorded request(String user, long micros) {
    return new Recorded(micros, "10.0.0.1", "", user, "GET", "/search", Map.of());
  }

  private static Recorded from(String client, long micros) {
    return new Recorded(micros, client, "", "acme", "GET", "/search", Map.of());
  }

  private static Recorded to(String host, String uri) {
    return new Recorded(START, "10.0.0.1", host, "", "GET", uri, Map.of());
  }
}
