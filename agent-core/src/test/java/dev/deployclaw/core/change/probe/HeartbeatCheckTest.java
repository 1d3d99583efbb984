package dev.deployclaw.core.change.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.change.probe.HeartbeatReport.Point;
import dev.deployclaw.core.change.probe.HeartbeatReport.State;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatCheckTest {
  private static final String ONE = "gateway/shop/one";
  private static final String KEY = "dc:{acme}:probe:heartbeat-1:acme:orders:";

  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void commit() throws Exception {
    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void isWellWhereTheCounterStandsInOurRedis() throws Exception {
    world.probe.beats(counted());
    world.redis.says("counters", node(List.of(KEY), List.of()));

    assertThat(beat()).containsExactly(new Point(ONE, State.OK, "", 900, false));
  }

  @Test
  void aCounterThatStandsElsewhereIsNotEnforcement() throws Exception {
    world.probe.beats(counted());
    world.redis.says("counters", node(List.of(), List.of(KEY)));

    var point = beat().getFirst();

    assertThat(point.state()).isEqualTo(State.NOT_ENFORCED);
    assertThat(point.reason()).startsWith("counts in another Redis");
    assertThat(point.namespace()).isEqualTo("shop");
  }

  @Test
  void nobodyKnowsWhileRedisDoesNotSay() throws Exception {
    world.probe.beats(counted());
    world.redis.says("counters", MemberReport.unknown("redis/b", "connection refused"));

    var point = beat().getFirst();

    assertThat(point.state()).isEqualTo(State.UNKNOWN);
    assertThat(point.reason()).contains("redis/b: connection refused");
  }

  @Test
  void anAnswerThatDiffersIsNotEnforcementAndNoAnswerIsUnknown() throws Exception {
    world.probe.beats(
        MemberReport.no("gateway/shop/two", "admitted a cost of 3"),
        MemberReport.unknown("gateway/shop/three", "refused"),
        MemberReport.skipped("gateway/shop/four", "no limit"));

    assertThat(beat())
        .extracting(Point::state)
        .containsExactly(State.NOT_ENFORCED, State.UNKNOWN, State.UNLIMITED);
  }

  @Test
  void anAccessThatIsDeniedShowsNothing() throws Exception {
    world.probe.beats(MemberReport.denied("gateway/shop/two", "may not list pods in shop"));

    assertThat(beat())
        .containsExactly(
            new Point("gateway/shop/two", State.UNKNOWN, "may not list pods in shop", 0, true));
  }

  @Test
  void nobodyKnowsWhileRedisDeniesTheAccess() throws Exception {
    world.probe.beats(counted());
    world.redis.says("counters", MemberReport.denied("redis/b", "NOPERM"));

    assertThat(beat())
        .containsExactly(
            new Point(
                ONE, State.UNKNOWN, "it is unknown whether it counts: redis/b: NOPERM", 900, true));
  }

  @Test
  void theOtherEpochOfAnOpenChangeIsAChangeUnderWayAndAThirdIsNot() throws Exception {
    var second = world.run("set acme 700");
    world.probe.beats(decidedBy("0"), decidedBy("1"));
    assertThat(states()).containsOnly(State.NOT_ENFORCED);

    world.store.put(StoreKeys.OPEN, second.execution().getBytes(StandardCharsets.UTF_8));

    assertThat(states()).containsExactly(State.NOT_ENFORCED, State.CHANGING);
  }

  @Test
  void nothingIsTestedBeforeTheFirstChange() throws Exception {
    var untouched = new FakeEstate();

    var answer = untouched.agent().queries().heartbeat(Duration.ofSeconds(1));

    assertThat(answer).isEqualTo(new HeartbeatReport("", 0, List.of()));
  }

  @Test
  void nothingIsSentUnderAKeyThatTheServicesDontKnow() throws Exception {
    var settings = world.settings("other");
    var other =
        new AgentSettings(
            "other",
            settings.gate(),
            settings.stepFactor(),
            settings.gateways(),
            "another key",
            settings.probes(),
            settings.bounds());

    var answer = new QueryService(world.ports(), other).heartbeat(Duration.ofSeconds(1));

    assertThat(answer.points()).isEmpty();
    assertThat(answer.reason()).contains("another probe key");
  }

  @Test
  void saysWhyNothingCanBeTold() throws Exception {
    world.store.reachable(false);

    var answer = world.queries().heartbeat(Duration.ofSeconds(1));

    assertThat(answer.points()).isEmpty();
    assertThat(answer.reason()).contains("state store can't be reached");
  }

  private List<State> states() throws InterruptedException {
    var answer = world.queries().heartbeat(Duration.ofSeconds(1));
    return answer.points().stream().map(Point::state).toList();
  }

  private List<Point> beat() throws InterruptedException {
    var answer = world.queries().heartbeat(Duration.ofSeconds(1));
    assertThat(answer.reason()).isEmpty();
    assertThat(answer.epoch()).isEqualTo(1);
    return answer.points();
  }

  private static MemberReport counted() {
    return MemberReport.yes(ONE, "", Map.of("counter", KEY, "micros", 900L));
  }

  private static MemberReport node(List<String> present, List<String> absent) {
    return MemberReport.yes("redis/a", "", Map.of("present", present, "absent", absent));
  }

  private static MemberReport decidedBy(String epoch) {
    return new MemberReport(
        ONE, Answer.NO, "", "decided by epoch " + epoch, Map.of("epoch", epoch));
  }
}
