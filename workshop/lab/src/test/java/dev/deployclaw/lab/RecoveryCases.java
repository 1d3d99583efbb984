package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The ways back at the end of a class's story: of the agent by itself, and of its successor. */
abstract class RecoveryCases extends OwnLabCases {
  static final Duration SOON = Duration.ofMinutes(3);

  private static final String BEFORE_PROBES = "before probe.probe#1";

  /**
   * The gateway that is to ask no service, which is one of the agent's.
   *
   * @param member as the agent names it
   */
  record Unguarded(String name, String member) {}

  abstract Unguarded unguarded();

  abstract boolean enforces();

  /** All say so, and each gateway. */
  abstract void assertActsOn(long epoch);

  @Test
  @Order(16)
  void goesBackWhereAGatewayAsksNobody() {
    var gateway = unguarded();
    long epoch = scene.active().path("epoch").asLong();

    var ran =
        scene.runWith(
            BEFORE_PROBES,
            () -> {
              scene.inflict("unguard", gateway.name());
              BoundedWait.until(gateway.name() + " asks nobody", SOON, () -> !enforces());
            },
            "run",
            "set initech's checkout limit to 240 per minute, burst 40");

    assertThat(ran.exit()).as(ran.err()).isEqualTo(6);
    assertThat(ran.json().path("result").asText()).isEqualTo("ROLLED_BACK");
    assertThat(ran.err()).contains(gateway.member());
    assertActsOn(epoch + 2);
    scene.heal();
    assertThat(scene.run("drift").exit()).isZero();
  }

  @Test
  @Order(17)
  void whatAKilledAgentCommittedIsEndedByTheNextOne() throws Exception {
    long epoch = scene.active().path("epoch").asLong();
    var stop = Files.createDirectory(folder.resolve("stop"));
    var agent =
        scene.quickAgent(
            Map.of(
                "DEPLOYCLAW_STOP_DIR",
                stop.toString(),
                "DEPLOYCLAW_STOP_AT",
                "before redis.publish#1"));
    var killed =
        agent.start(
            folder.resolve("out"),
            folder.resolve("err"),
            "run",
            "set initech's checkout limit to 300 per minute, burst 40");
    BoundedWait.until("it committed", SOON, () -> Files.exists(stop.resolve("reached")));
    killed.destroyForcibly().waitFor();
    var before = new EstateObserver(scene).acts();
    assertThat(before.get("etcd")).as("it is committed").startsWith(epoch + 1 + " ");
    before.keySet().removeIf(member -> !member.startsWith("redis/"));
    assertThat(before).as("Redis isn't told").isNotEmpty();
    assertThat(before).allSatisfy((_, acts) -> assertThat(acts).startsWith(epoch + " "));

    var recovered = scene.run("recover");

    assertThat(recovered.exit()).as(recovered.out() + recovered.err()).isZero();
    assertActsOn(epoch + 1);
    assertThat(scene.keys().text("open")).isEmpty();
  }
}
