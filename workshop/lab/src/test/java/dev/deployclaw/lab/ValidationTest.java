package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.check.EstateChecker;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is wrong when a change is live already: validation must see it, and the agent must go back
 * by itself. Each sabotage happens after everyone confirmed the epoch, right before the first
 * synthetic request.
 */
@Slow(
    guard = "dev.deployclaw.lab.ReferenceRunTest#goesBackWhereAGatewayAsksNobody",
    because = "each sabotage is a change of a real estate, and the way back")
class ValidationTest extends SharedLabCases {
  private static final String BEFORE_PROBES = "before probe.probe#1";
  private static final String CHANGE = "set initech's checkout limit to 240 per minute, burst 40";
  private static final int REQUESTS = 1;
  private static final int BURST = 3;
  private static final Duration SOON = Duration.ofMinutes(1);

  private static EstateObserver witness;
  private static String digest = "";
  private static String files = "";

  @BeforeAll
  static void setUp() throws Exception {
    witness = new EstateObserver(scene);
    digest = scene.active().path("digest").asText();
    files = files();
  }

  @AfterEach
  void heal() {
    scene.heal();
  }

  @Test
  void seesAStoppedRateLimitService() {
    int changes = changes();
    var ran =
        scene.runWith(
            BEFORE_PROBES,
            () -> {
              scene.inflict("kill", "services/edge-us");
              healOnceTheAgentGoesBack(changes);
            },
            "run",
            CHANGE);

    assertRolledBack(ran);
    assertThat(validation(ran.json()).path("detail").asText()).contains("edge-us");
  }

  @Test
  void seesABurstThatIsWrongByATenth() {
    var ran = scene.runWith(BEFORE_PROBES, () -> alter(BURST, n -> n + n / 10), "run", CHANGE);

    assertRolledBack(ran);
  }

  @Test
  void seesARateThatIsWrongByATenth() {
    var ran = scene.runWith(BEFORE_PROBES, () -> alter(REQUESTS, n -> n - n / 10), "run", CHANGE);

    assertRolledBack(ran);
  }

  @Test
  void seesAGatewayThatAsksNobody() {
    var gateway = scene.gateway("gw-02");

    var ran =
        scene.runWith(
            BEFORE_PROBES,
            () -> {
              scene.inflict("unguard", gateway.name());
              BoundedWait.until("gw-02 asks nobody", SOON, () -> !asks(gateway));
            },
            "run",
            CHANGE);

    assertRolledBack(ran);
    assertThat(validation(ran.json()).path("detail").asText()).contains(gateway.member());
    assertThat(asks(gateway)).isTrue();
  }

  @Test
  void saysUnknownWhileARateLimitServiceStaysDeadOnTheWayBack() {
    var service = "ratelimit/edge-us/";
    var ran =
        scene.quicklyWith(
            Map.of("DEPLOYCLAW_BOUNDS_CONVERGE", "15s"),
            BEFORE_PROBES,
            () -> scene.inflict("kill", "services/edge-us"),
            "run",
            CHANGE);
    assertPending(ran.exit(), ran.json(), service);
    assertThat(scene.keys().json("change/" + id(ran)).toString()).contains("\"undoing\"");

    var hurried = scene.quickAgent(Map.of("DEPLOYCLAW_BOUNDS_CONVERGE", "2s"));
    var early = hurried.run("recover", "--json");

    assertThat(early.exit()).as(early.out()).isEqualTo(7);
    assertThat(early.json().path("finished")).isEmpty();
    assertThat(early.json().path("reason").asText()).contains("not back yet: " + service);
    scene.heal();

    var late = scene.run("recover");

    assertThat(late.exit()).as(late.out()).isZero();
    var log = scene.run("log", id(ran)).json();
    assertThat(log.path("result").asText()).isEqualTo("ROLLED_BACK");
    new EstateChecker(scene.config()).assertWhole();
    witness.assertEveryoneActsOn(scene.active().path("epoch").asLong(), digest);
    assertThat(files()).isEqualTo(files);
  }

  private static void assertPending(int exit, JsonNode log, String who) {
    assertThat(exit).as(log.toString()).isEqualTo(7);
    assertThat(log.path("result").asText()).isEqualTo("UNKNOWN");
    assertThat(log.path("reason").asText()).startsWith("not back yet: " + who);
  }

  private static String id(LabAgent.Ran ran) {
    return ran.json().path("execution_id").asText();
  }

  private static void assertRolledBack(LabAgent.Ran ran) {
    assertThat(ran.exit()).as(ran.err()).isEqualTo(6);
    var log = ran.json();
    assertThat(log.path("result").asText()).isEqualTo("ROLLED_BACK");
    assertThat(validation(log).path("status").asText()).isEqualTo("ERROR");
    long epoch = scene.active().path("epoch").asLong();
    assertThat(epoch).isEqualTo(log.path("epoch").asLong() + 1);
    witness.assertEveryoneActsOn(epoch, digest);
    assertThat(files()).isEqualTo(files);
    assertThat(scene.keys().text("open")).isEmpty();
  }

  /** Step 6 of the log. */
  private static JsonNode validation(JsonNode log) {
    for (var step : log.path("thought_log")) {
      if (step.path("action").asText().equals("Post-deployment validation")) {
        return step;
      }
    }
    throw new AssertionError("no step validates");
  }

  /** Changes one number of the rule that the function reads, behind the agent's back. */
  private static void alter(int word, LongUnaryOperator change) {
    long epoch = scene.active().path("epoch").asLong();
    String key = RedisKeyLayout.policyKey("initech", "initech");
    String field = RedisKeyLayout.fieldPrefix(epoch) + "checkout";
    var owner = scene.owner(key);
    var words = owner.call("HGET", key, field).split(" ", -1);
    words[word] = Long.toString(change.applyAsLong(Long.parseLong(words[word])));
    owner.call("HSET", key, field, String.join(" ", words));
  }

  private static boolean asks(FolderGatewayProbe gateway) {
    return gateway.ask("acme", "/checkout/1").header("RateLimit").isPresent();
  }

  private static int changes() {
    return scene.keys().below("change/").size();
  }

  /** The failed change and the one that puts back what it replaced come on top. */
  private static void healOnceTheAgentGoesBack(int before) {
    Thread.ofVirtual()
        .start(() -> {
          BoundedWait.until("the way back is open", SOON, () -> changes() >= before + 2);
          scene.heal();
        });
  }

  private static String files() {
    return scene.gateways().stream()
        .map(FolderGatewayProbe::liveFile)
        .collect(Collectors.joining("\n"));
  }
}
