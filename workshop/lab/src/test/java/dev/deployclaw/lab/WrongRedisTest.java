package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A rate limit service that asks a wrong Redis: nobody notices, until the agent looks. */
@Slow(
    guard = "dev.deployclaw.executors.ratelimit.RateLimitExecutorTest",
    because = "it starts two clusters and waits until an agent notices")
class WrongRedisTest extends OwnLabCases {
  private static final String BEFORE_CONVERGING = "before ratelimit.converge#1";
  private static final String MISLED = "edge-us";

  /** Twice what oscorp may send. */
  private static final int MOST_REQUESTS = 800;

  private static final Duration SOON = Duration.ofMinutes(1);

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    var first = scene.run("run", DemoCommand.REQUEST);
    assertThat(first.exit()).as(first.err()).isZero();
  }

  @AfterEach
  void heal() {
    scene.heal();
  }

  @Test
  void limitsAreSilentlyWrongUntilTheAgentNamesTheService() {
    drain();
    int shared = ask(MISLED);
    scene.inflict("wrong-redis", MISLED);

    BoundedWait.until("another Redis admits it all over again", SOON, () -> ask(MISLED) == 200);
    int others = ask("edge-eu");
    var scanned = scene.run("scan");
    var validated = scene.run("validate");
    var refused = scene.run("run", change(1));
    scene.heal();
    var ran = scene.run("run", change(1));

    assertThat(List.of(shared, others)).as("gateways share a counter").containsOnly(429);
    for (var bad : List.of(scanned, validated, refused)) {
      assertThat(bad.err()).contains(service(), "asks another Redis", "--redis=");
      assertThat(bad.err().lines()).as("one line").hasSize(1);
    }
    assertThat(List.of(scanned.exit(), validated.exit(), refused.exit())).containsExactly(8, 8, 11);
    assertThat(refused.json().path("result").asText()).isEqualTo("ABORTED");
    assertThat(refused.json().path("reason").asText()).contains(service(), "asks another Redis");
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(ran.err()).isEmpty();
  }

  @Test
  void aServiceThatIsMisledAfterTheVoteNeverCompletesARun() {
    var ran =
        scene.quicklyWith(
            Map.of("DEPLOYCLAW_BOUNDS_CONVERGE", "5s"),
            BEFORE_CONVERGING,
            () -> scene.inflict("wrong-redis", MISLED),
            "run",
            change(2));

    assertThat(ran.exit()).as(ran.out()).isIn(6, 7);
    assertThat(ran.json().path("result").asText()).isNotEqualTo("COMPLETED");
    assertThat(ran.err()).contains(service(), "asks another Redis");
    scene.heal();

    var again = scene.run("run", change(3));

    assertThat(again.exit()).as(again.err()).isZero();
  }

  private static String service() {
    return "ratelimit/" + MISLED + "/";
  }

  private static String change(int step) {
    return "set wonka's orders limit to %d per minute, burst 10".formatted(60 + step);
  }

  /** Uses up what oscorp may send in five minutes, so that every gateway refuses it. */
  private static void drain() {
    BoundedWait.until("the gateway passes requests on", SOON, () -> ask("edge-eu") == 200);
    int last = 200;
    for (int i = 0; i < MOST_REQUESTS && last == 200; i++) {
      last = ask("edge-eu");
    }
    assertThat(last).isEqualTo(429);
  }

  private static int ask(String namespace) {
    var gateway =
        scene.gateways().stream()
            .filter(g -> g.entry().gateway().namespace().equals(namespace))
            .findFirst()
            .orElseThrow();
    return gateway.ask("oscorp", "/checkout/1").status();
  }
}
