package dev.deployclaw.lab.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.Outcome.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WalkTest {
  private static final List<Point> POINTS =
      Points.of(Map.of(Task.CHANGE, List.of("etcd.transact#1", "redis.publish#1"))).all();

  @Test
  void countsACallTwiceAndAKillOnce() {
    var walk =
        new Walk(
            Task.CHANGE,
            POINTS,
            List.of(
                outcome(1, Ending.OLD), outcome(1, Ending.OLD),
                outcome(1, Ending.NEW), outcome(1, Ending.NEW)));

    assertThat(walk.violations()).isEmpty();
    assertThat(walk.line())
        .isEqualTo(
            "change: 2 calls, each killed before and after it: 4 kills, 2 all new, 2 all old, "
                + "longest recovery 1.5 s");
  }

  @Test
  void isNoneWhereAnAgentNeverCameToItsPoint() {
    var walk =
        new Walk(
            Task.CHANGE,
            POINTS,
            List.of(
                outcome(1, Ending.OLD), outcome(0, Ending.OLD),
                outcome(1, Ending.NEW), outcome(1, Ending.NEW)));

    assertThat(walk.violations())
        .containsExactly("change after etcd.transact#1: the agent never came there");
  }

  @Test
  void isNoneWhereItStoppedOnTheWay() {
    var wrong =
        new Outcome(
            new Trial(0, 0, Kind.STEP),
            "change etcd.transact",
            1,
            Ending.OLD,
            Optional.empty(),
            List.of("open is x"));

    assertThat(new Walk(Task.CHANGE, POINTS, List.of(wrong)).violations())
        .containsExactly("change before etcd.transact#1: open is x", "3 points were not tried");
  }

  private static Outcome outcome(int kills, Ending ending) {
    return new Outcome(
        new Trial(0, 0, Kind.STEP),
        "change etcd.transact",
        kills,
        ending,
        Optional.of(Duration.ofMillis(1_500)),
        List.of());
  }
}
