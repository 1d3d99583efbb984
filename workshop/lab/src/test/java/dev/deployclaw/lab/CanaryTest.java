package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.redis.RedisNode;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A change that comes to hooli first, whose position is the lower one, and then to acme. */
@Slow(
    guard = "dev.deployclaw.core.change.CanaryChangeTest",
    because = "a canary bakes for a time that real gateways keep")
class CanaryTest extends SharedLabCases {
  private static final String HOW = ", canary 40%, then all, bake 3 seconds each";
  private static final int COHORT = CanaryCohort.position("hooli") + 1;
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private static EstateObserver witness;

  @BeforeAll
  static void setUp() throws Exception {
    witness = new EstateObserver(scene);
  }

  @Test
  void widensAndThenCommitsThroughGateways() {
    long base = scene.active().path("epoch").asLong();
    var during = new AtomicReference<List<String>>();

    var ran =
        scene.quicklyWith(
            Map.of(), "before probe.heartbeat#1", () -> during.set(seen()), "run", change(1500));

    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    var active = scene.active();
    long candidate = active.path("epoch").asLong();
    assertThat(during.get())
        .allSatisfy(
            s -> assertThat(s).isEqualTo("%d and %d below %d".formatted(base, candidate, COHORT)));
    assertThat(active.has("candidate")).isFalse();
    assertThat(ran.out()).contains("Recorded: widened", "Recorded: baking", "Recorded: soaking");
    witness.assertEveryoneActsOn(candidate, active.path("digest").asText());
  }

  @Test
  void aRuleThatIsNotEnforcedInTheCohortIsTakenBack() throws Exception {
    long base = scene.active().path("epoch").asLong();
    String digest = scene.active().path("digest").asText();
    String rules = RedisKeyLayout.policyKey("hooli", "hooli");

    var ran =
        scene.quicklyWith(
            Map.of(),
            "before probe.heartbeat#1",
            () -> {
              long candidate = scene.active().path("candidate").path("epoch").asLong();
              var owner = scene.owner(rules);
              owner.call("HSET", rules, candidate + ":search", "tb 90000 60000000 90000 1 enforce");
              forgetWhatWasRead(owner);
            },
            "run",
            change(1600));

    assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(6);
    assertThat(ran.json().path("result").asText()).isEqualTo("ROLLED_BACK");
    assertThat(ran.err()).contains("bake: ");
    witness.assertEveryoneActsOn(base, digest);
    assertThat(scene.active().has("candidate")).isFalse();
    var drift = scene.run("drift");
    assertThat(drift.exit()).as(drift.out()).isZero();
  }

  @Test
  void anotherAgentGoesOnWithTheCohortOfOneThatWasKilled() throws Exception {
    var stop = Files.createTempDirectory("stop");
    var environment =
        Map.of(
            "DEPLOYCLAW_STOP_DIR",
            stop.toString(),
            "DEPLOYCLAW_STOP_AT",
            "before probe.heartbeat#1");
    var killed =
        scene
            .quickAgent(environment)
            .start(stop.resolve("out"), stop.resolve("err"), "run", change(1700));
    dev.deployclaw.testkit.BoundedWait.until(
        "it bakes", LONGEST, () -> Files.exists(stop.resolve("reached")));
    killed.destroyForcibly();
    assertThat(killed.waitFor(1, TimeUnit.MINUTES)).isTrue();
    var status = scene.run("status");

    var recovered = scene.run("recover");

    assertThat(status.json().at("/active/candidate/cohort").asInt()).isEqualTo(COHORT);
    assertThat(status.json().at("/open/state").asText()).isEqualTo("baking");
    assertThat(recovered.exit()).as(recovered.out() + recovered.err()).isZero();
    var active = scene.active();
    assertThat(active.has("candidate")).isFalse();
    witness.assertEveryoneActsOn(active.path("epoch").asLong(), active.path("digest").asText());
  }

  /** A function remembers a rule for a minute, but not beyond a load of its library. */
  private static void forgetWhatWasRead(RedisNode node) {
    node.call("FUNCTION", "LOAD", "REPLACE", LabFixture.library(node));
  }

  private static String change(int perMinute) {
    return "set acme's and hooli's search limit to " + perMinute + " per minute, burst 250" + HOW;
  }

  /** What each Redis node decides by, as it says itself. */
  private static List<String> seen() {
    var redis = scene.redis();
    return redis.primaries().stream()
        .map(node -> redis.node(node).call("FCALL_RO", "dc_status", "0").split("\n", -1))
        .map(s -> s.length > 7 ? s[0] + " and " + s[5] + " below " + s[7] : s[0])
        .toList();
  }
}
