package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.runtime.HeartbeatAnswer.Point;
import dev.deployclaw.core.runtime.HeartbeatAnswer.State;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private static final String ONE = "gateway/shop/one";
  private static final String KEY = "dc:{acme}:probe:heartbeat-1:acme:orders:";

  private final World world = new World();

  @BeforeEach
  void commit() throws Exception {
    assertThat(world.run("apply").result()).isEqualTo(Result.COMPLETED);
  }

  @Test
  void isWellWhereTheCounterStandsInOurRedis() throws Exception {
    world.probe.beats(counted());
    world.redis.says("counters", node(List.of(KEY), List.of()));

    assertThat(beat()).containsExactly(new Point(ONE, State.OK, "", 900));
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
    world.redis.says("counters", Report.unknown("redis/b", "connection refused"));

    var point = beat().getFirst();

    assertThat(point.state()).isEqualTo(State.UNKNOWN);
    assertThat(point.reason()).contains("redis/b: connection refused");
  }

  @Test
  void anAnswerThatDiffersIsNotEnforcementAndNoAnswerIsUnknown() throws Exception {
    world.probe.beats(
        Report.no("gateway/shop/two", "admitted a cost of 3"),
        Report.unknown("gateway/shop/three", "refused"),
        Report.skipped("gateway/shop/four", "no limit"));

    assertThat(beat())
        .extracting(Point::state)
        .containsExactly(State.NOT_ENFORCED, State.UNKNOWN, State.UNLIMITED);
  }

  @Test
  void anAccessThatIsDeniedShowsNothing() throws Exception {
    world.probe.beats(Report.denied("gateway/shop/two", "may not list pods in shop"));

    assertThat(beat())
        .containsExactly(
            new Point("gateway/shop/two", State.UNKNOWN, "may not list pods in shop", 0, true));
  }

  @Test
  void nobodyKnowsWhileRedisDeniesTheAccess() throws Exception {
    world.probe.beats(counted());
    world.redis.says("counters", Report.denied("redis/b", "NOPERM"));

    assertThat(beat())
        .containsExactly(
            new Point(
                ONE, State.UNKNOWN, "whether it counts can't be told: redis/b: NOPERM", 900, true));
  }

  @Test
  void theOtherEpochOfAnOpenChangeIsAChangeUnderWayAndAThirdIsNot() throws Exception {
    var second = world.run("set acme 700");
    world.probe.beats(decidedBy("0"), decidedBy("1"));
    assertThat(states()).containsOnly(State.NOT_ENFORCED);

    world.store.put(Keys.OPEN, second.execution().getBytes(StandardCharsets.UTF_8));

    assertThat(states()).containsExactly(State.NOT_ENFORCED, State.CHANGING);
  }

  @Test
  void nothingIsTestedBeforeTheFirstChange() throws Exception {
    var untouched = new World();

    var answer = untouched.agent().heartbeat(Duration.ofSeconds(1));

    assertThat(answer).isEqualTo(new HeartbeatAnswer("", 0, List.of()));
  }

  @Test
  void nothingIsSentUnderAKeyThatTheServicesDontKnow() throws Exception {
    var settings = world.settings("other");
    var other =
        new Settings(
            "other",
            settings.gate(),
            settings.stepFactor(),
            settings.gateways(),
            "another key",
            settings.probes(),
            settings.bounds());

    var answer =
        new Architect(world.ports(), other, Progress.NONE).heartbeat(Duration.ofSeconds(1));

    assertThat(answer.points()).isEmpty();
    assertThat(answer.reason()).contains("another probe key");
  }

  @Test
  void saysWhyNothingCanBeTold() throws Exception {
    world.store.reachable(false);

    var answer = world.agent().heartbeat(Duration.ofSeconds(1));

    assertThat(answer.points()).isEmpty();
    assertThat(answer.reason()).contains("state store can't be reached");
  }

  private List<State> states() throws InterruptedException {
    var answer = world.agent().heartbeat(Duration.ofSeconds(1));
    return answer.points().stream().map(Point::state).toList();
  }

  private List<Point> beat() throws InterruptedException {
    var answer = world.agent().heartbeat(Duration.ofSeconds(1));
    assertThat(answer.reason()).isEmpty();
    assertThat(answer.epoch()).isEqualTo(1);
    return answer.points();
  }

  private static Report counted() {
    return Report.yes(ONE, "", Map.of("counter", KEY, "micros", 900L));
  }

  private static Report node(List<String> present, List<String> absent) {
    return Report.yes("redis/a", "", Map.of("present", present, "absent", absent));
  }

  private static Report decidedBy(String epoch) {
    return new Report(ONE, Answer.NO, "", "decided by epoch " + epoch, Map.of("epoch", epoch));
  }
}
