package dev.deployclaw.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.query.ClientLimitsReport.Passes;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientLimitsQueryTest {
  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void commit() throws Exception {
    world.run("apply");
  }

  @Test
  void tellsWhatIsLeftOfEachLimitThatApplies() throws Exception {
    counters("tb 600 60000000 30 0 1000000");

    var answer = ask("acme", "orders");

    assertThat(answer.exit()).isEqualTo(ExitCode.OK);
    assertThat(answer.epoch()).isEqualTo(1);
    assertThat(answer.passes()).isEqualTo(Passes.YES);
    var row = answer.limits().getFirst();
    assertThat(row.explained().applies()).isTrue();
    assertThat(row.state().orElseThrow().remaining()).isEqualTo(row.capacity() - 30);
  }

  @Test
  void saysThatNothingIsLeftAndForHowLong() throws Exception {
    counters("tb 600 60000000 1000000000 0 1000000");

    var answer = ask("acme", "orders");

    assertThat(answer.passes()).isEqualTo(Passes.NO);
    assertThat(answer.why()).contains("acme/orders");
    assertThat(answer.limits().getFirst().state().orElseThrow().waitMicros()).isPositive();
  }

  @Test
  void anIdleCounterIsWholeOnlyWhereEveryNodeAnswered() throws Exception {
    world.redis.says("usage", MemberReport.yes("redis/a", "", facts(Map.of())));

    assertThat(ask("acme", "orders").passes()).isEqualTo(Passes.YES);

    world.redis.says("usage", MemberReport.unknown("redis/a", "no answer"));
    var unread = ask("acme", "orders");
    assertThat(unread.passes()).isEqualTo(Passes.UNKNOWN);
    assertThat(unread.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(unread.gaps()).contains("redis/a: no answer");
  }

  @Test
  void nobodysTenantIsRefusedAsAtTheGateway() throws Exception {
    var answer = ask("nobody", "orders");

    assertThat(answer.passes()).isEqualTo(Passes.NO);
    assertThat(answer.why()).contains("nobody").contains("refused as unknown");
  }

  @Test
  void saysThatNoGatewayLeadsThere() throws Exception {
    counters("tb 600 60000000 30 0 1000000");

    var nowhere = ask("acme", "mail");
    assertThat(nowhere.gaps()).anyMatch(g -> g.contains("leads /orders"));
    assertThat(nowhere.passes()).isEqualTo(Passes.UNKNOWN);
    assertThat(nowhere.why()).contains("no gateway of the set leads /orders");
    assertThat(ask("acme", "orders").gaps()).isEmpty();
  }

  @Test
  void saysWhenTheStoreIsAway() throws Exception {
    world.store.reachable(false);

    assertThat(ask("acme", "orders").exit()).isEqualTo(ExitCode.UNREACHABLE);
  }

  private ClientLimitsReport ask(String tenant, String service) throws InterruptedException {
    var shape = new RequestShape(service, "/orders", "GET");
    return world.queries().check(new ClientRequest(tenant, shape, Optional.empty(), Map.of()));
  }

  private void counters(String text) {
    String key = RedisKeyLayout.counterKey("acme", "acme", "orders", List.of());
    world.redis.says("usage", MemberReport.yes("redis/a", "", facts(Map.of(key, text))));
  }

  private static Map<String, Object> facts(Map<String, String> counters) {
    return Map.of("now_us", 1_000_000L, "whole", true, "counters", counters);
  }
}
