package dev.deployclaw.core.change.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.spi.MemberReport;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Members that lose, after they took it, what was published. */
class ConvergenceLoopTest {
  private static final int ATTEMPTS = 3;

  private final FakeEstate world = new FakeEstate();

  @Test
  void publishesAgainToAMemberThatLostWhatItTook() throws Exception {
    world.gateway.before("converge", () -> world.gateway.forget("two"));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    assertThat(world.gateway.calls("publish")).isEqualTo(2);
    assertThat(world.redis.calls("publish")).isEqualTo(1);
    world.assertAtRest();
  }

  @Test
  void asksEveryoneAnewOnceItPublishedAgain() throws Exception {
    world.gateway.before("converge", () -> world.gateway.forget("two"));
    world.gateway.before(
        "publish", () -> world.gateway.before("publish", () -> world.redis.forget("a")));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    assertThat(world.redis.calls("publish")).isEqualTo(2);
    world.assertAtRest();
  }

  @Test
  void givesUpAfterAFewTimes() throws Exception {
    world.run("apply");
    int before = world.gateway.calls("publish");
    world.gateway.refuseAt("converge", "still runs the old file");

    world.run("set acme 700");

    int change = 1 + ATTEMPTS;
    int rollback = 1 + ATTEMPTS;
    int wayBackToWhoIsNotThereAtOnce = 1;
    assertThat(world.gateway.calls("publish") - before)
        .isEqualTo(change + rollback + wayBackToWhoIsNotThereAtOnce);
  }

  @Test
  void waitsNoLongerForAMemberThatIsStuckThoughItWasPublishedToAgain() throws Exception {
    world.run("apply");
    int before = world.gateway.calls("publish");
    long since = world.time.micros();
    world.gateway.stickAt("converge", "has timed out progressing");

    var ended = world.run("set acme 700");

    int changeOnceAgainAndItsWayBackToTheEnd = 2 + 2 + ATTEMPTS;
    assertThat(world.gateway.calls("publish") - before)
        .isEqualTo(changeOnceAgainAndItsWayBackToTheEnd);
    assertThat(ended.reason()).contains("has timed out progressing");
    long twoBounds = 2 * world.settings("a").bounds().converge().toNanos() / 1000;
    assertThat(world.time.micros() - since).isLessThan(twoBounds);
  }

  @Test
  void believesAMemberThatIsStuckOnlyAfterSeveralLooks() throws Exception {
    world.run("apply");
    var looks = new AtomicInteger();
    world.gateway.answers("converge", m -> MemberReport.stuck(m, "has timed out progressing"));
    goesOnAfterTheFirstLookAfterItWasPublishedAgain(looks);

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(looks.get()).isEqualTo(2);
    world.assertAtRest();
  }

  /** What it said before was of the time in which its controller was away. */
  private void goesOnAfterTheFirstLookAfterItWasPublishedAgain(AtomicInteger looks) {
    int published = world.gateway.calls("publish");
    class Look implements Runnable {
      @Override
      public void run() {
        boolean again = world.gateway.calls("publish") > published + 1;
        if (again && looks.incrementAndGet() == 2) {
          world.gateway.heal();
        } else {
          world.gateway.before("converge", this);
        }
      }
    }
    world.gateway.before("converge", new Look());
  }

  @Test
  void publishesNothingAgainWhenAnotherLeads() throws Exception {
    world.gateway.before(
        "converge",
        () -> {
          world.gateway.forget("two");
          world.store.expireLeases();
        });

    var ended = world.run("apply");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(world.gateway.calls("publish")).isEqualTo(1);
    assertThat(world.gateway.live()).contains(FakeParticipant.ORIGINAL);
    world.agent().recover();
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    world.assertAtRest();
  }

  @Test
  void publishesNothingAgainWhileNobodyKnowsWhoLeads() throws Exception {
    world.gateway.before(
        "converge",
        () -> {
          world.gateway.forget("two");
          world.store.reachable(false);
        });

    var ended = world.run("apply");

    assertThat(ended.result()).isEqualTo(ExecutionStatus.UNKNOWN);
    assertThat(world.gateway.calls("publish")).isEqualTo(1);
    world.store.reachable(true);
    world.store.expireLeases();
    world.agent().recover();
    assertThat(world.live()).containsExactly(world.active().orElseThrow().digest());
    world.assertAtRest();
  }
}
