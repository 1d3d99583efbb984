package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One Redis node whose clock is wrong by a known amount. */
@Slow(
    guard = "dev.deployclaw.executors.redis.inspect.ClockSampleTest",
    because = "it starts Redis nodes whose clocks are wrong")
class ClockTest extends SharedLabCases {
  private static final int SKEW_MILLIS = 40;
  private static final String CHECK = "policies.check";

  @AfterEach
  void heal() {
    scene.heal();
  }

  @Test
  void reportsASkewedClockWithinTheErrorThatItStates() {
    HostPort node = scene.redis().replicas().getFirst();
    scene.inflict("skew", "redis/node-" + node.port(), OptionalInt.of(SKEW_MILLIS));

    var ran = scene.run("run", DemoCommand.REQUEST);

    assertThat(ran.exit()).as(ran.err()).isZero();
    var step = ran.json().path("thought_log").get(2);
    assertThat(step.path("action").asText()).isEqualTo("Validating policy coherence");
    assertThat(step.path("status").asText()).isEqualTo("WARNING");
    assertThat(step.path("detail").asText()).contains("clock of redis/" + node);
    var apart = clockFinding(step, "redis/" + node);
    assertThat(apart.path("severity").asText()).isEqualTo("warning");
    long error = apart.path("evidence").path("error_us").asLong();
    assertThat(Math.abs(apart.path("evidence").path("drift_us").asLong() - SKEW_MILLIS * 1000L))
        .as("stated error %d us", error)
        .isLessThanOrEqualTo(error);
  }

  @Test
  void reportsNoClockWhereAllAreRight() {
    var ran = scene.run("plan", "set acme's search limit to 600 per minute, burst 120");

    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out()).doesNotContain("ahead of the others").doesNotContain("behind the others");
  }

  private static JsonNode clockFinding(JsonNode step, String node) {
    for (var record : step.path("records")) {
      for (var finding : record.path("facts").path("findings")) {
        if (record.path("action").asText().equals(CHECK)
            && finding.path("evidence").path("node").asText().equals(node)) {
          return finding;
        }
      }
    }
    throw new AssertionError("no finding about the clock of " + node + ": " + step);
  }
}
