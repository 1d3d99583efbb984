package dev.deployclaw.core.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import org.junit.jupiter.api.Test;

/** A member that refuses what a repair publishes is named at once, by its own reason. */
class RefusedRepairTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void waitsForNobodyThatRefuses() throws Exception {
    world.run("apply");
    world.gateway.tamper("two", "somebody's");
    world.gateway.refuseAt("publish", "is paused");
    long since = world.time.micros();

    var ended = repair();

    assertThat(ended.result()).isEqualTo(ExecutionStatus.FAILED);
    assertThat(ended.reason()).contains("not repaired: gateway/two: refused it, is paused");
    long anEighth = world.settings("a").bounds().converge().toNanos() / 8_000;
    assertThat(world.time.micros() - since).isLessThan(anEighth);
  }

  @Test
  void namesWhoRefusesBeforeManyThatAreSilent() throws Exception {
    for (int i = 1; i <= 14; i++) {
      world.gateway.join("gw-%02d".formatted(i));
    }
    world.run("apply");
    for (int i = 1; i <= 13; i++) {
      world.gateway.stop("gw-%02d".formatted(i));
    }
    world.gateway.tamper("gw-14", "somebody's");
    world.gateway.refuseAt("publish", "is paused");

    var ended = repair();

    assertThat(ended.reason()).startsWith("not repaired: gateway/gw-14: refused it, is paused");
    assertThat(ended.reason()).contains("; and 9 more");
  }

  @Test
  void waitsForASilentMemberThoughAnotherRefuses() throws Exception {
    world.run("apply");
    world.gateway.tamper("two", "somebody's");
    world.gateway.refuseAt("publish", "is paused");
    world.redis.stop("a");
    long since = world.time.micros();

    var ended = repair();

    assertThat(ended.reason())
        .startsWith("not repaired: gateway/two: refused it, is paused")
        .contains("redis/a: ", "does not answer");
    long bound = world.settings("a").bounds().converge().toNanos() / 1_000;
    assertThat(world.time.micros() - since).isGreaterThanOrEqualTo(bound);
  }

  private RequestOutcome repair() throws InterruptedException {
    return world.agent().repair(world.request("repair"));
  }
}
