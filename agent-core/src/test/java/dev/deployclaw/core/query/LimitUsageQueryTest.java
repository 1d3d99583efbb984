package dev.deployclaw.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.query.LimitUsageReport.Use;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LimitUsageQueryTest {
  private static final String SERVICE = "ratelimit/shop";

  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void commit() throws Exception {
    world.run("apply");
    services("then", 10, 1);
  }

  @Test
  void readsCountersByTheirNamesAndWhatWasDecidedInBetween() throws Exception {
    counters(true, "tb 600 60000000 30 0 1000000");
    world.ratelimit.before(
        "usage", () -> world.ratelimit.before("usage", () -> services("then", 17, 4)));

    var answer = measure();

    assertThat(answer.exit()).isEqualTo(ExitCode.OK);
    assertThat(answer.epoch()).isEqualTo(1);
    assertThat(answer.windowMicros()).isGreaterThanOrEqualTo(2_000_000);
    assertThat(answer.gaps()).isEmpty();
    var acme = acme(answer);
    assertThat(acme.used()).isEqualTo(30);
    assertThat(acme.counters()).isEqualTo(1);
    assertThat(acme.percent()).isEqualTo(30 * 100 / acme.capacity());
    assertThat(acme.allowed()).isEqualTo(7);
    assertThat(acme.refused()).isEqualTo(3);
  }

  @Test
  void aServiceThatBeganAnewCountsFromZero() throws Exception {
    world.ratelimit.before(
        "usage", () -> world.ratelimit.before("usage", () -> services("later", 2, 0)));

    assertThat(acme(measure()).allowed()).isEqualTo(2);
  }

  @Test
  void aServiceThatWasHeardOnceSaysNothingOfTheWindow() throws Exception {
    world.ratelimit.says("usage", MemberReport.unknown(SERVICE, "no answer"));
    world.ratelimit.before(
        "usage", () -> world.ratelimit.before("usage", () -> services("then", 10_000_000, 9)));

    var answer = measure();

    assertThat(acme(answer).refused()).isZero();
    assertThat(answer.gaps()).anyMatch(g -> g.contains("only its second reading is known"));
  }

  @Test
  void namesWhatWasNotMeasured() throws Exception {
    counters(false, "what is this");
    world.ratelimit.says("usage", MemberReport.unknown(SERVICE, "no answer"));

    var answer = measure();

    assertThat(answer.gaps())
        .containsExactlyInAnyOrder(
            SERVICE + ": no answer", "redis/a has more counters than one query reads");
    assertThat(acme(answer).used()).isZero();
  }

  @Test
  void tellsWhatServicesHaveChargedAhead() throws Exception {
    var leases =
        Map.of("held", 2, "in_hand", 40, "requests", 1_000, "from_memory", 985, "lapsed", 3);
    world.ratelimit.says(
        "usage",
        MemberReport.yes(
            SERVICE, "", Map.of("since", "then", "limits", List.of(), "leases", leases)));

    assertThat(measure().leases())
        .containsExactly(new LimitUsageReport.ServiceLeases(SERVICE, 2, 40, 1_000, 985));
  }

  @Test
  void saysWhenTheStoreIsAway() throws Exception {
    world.store.reachable(false);

    assertThat(measure().exit()).isEqualTo(ExitCode.UNREACHABLE);
  }

  private LimitUsageReport measure() throws InterruptedException {
    return world.queries().usage(Duration.ofSeconds(2));
  }

  private static Use acme(LimitUsageReport answer) {
    return answer.uses().stream().filter(u -> u.tenant().equals("acme")).findFirst().orElseThrow();
  }

  private void counters(boolean whole, String text) {
    String key = RedisKeyLayout.counterKey("acme", "acme", "orders", List.of());
    world.redis.says(
        "usage",
        MemberReport.yes(
            "redis/a",
            "",
            Map.of("now_us", 1_000_000L, "whole", whole, "counters", Map.of(key, text))));
  }

  private void services(String since, long allowed, long refused) {
    var count =
        Map.<String, Object>of(
            "tenant", "acme", "limit", "orders", "allowed", allowed, "refused", refused);
    world.ratelimit.says(
        "usage", MemberReport.yes(SERVICE, "", Map.of("since", since, "limits", List.of(count))));
  }
}
