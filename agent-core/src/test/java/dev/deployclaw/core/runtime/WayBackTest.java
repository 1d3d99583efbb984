package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.Report;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A way back moves each member that can move, names the others, and waits for them. */
class WayBackTest {
  private static final String PAUSED = "its Deployment is paused";

  private final World world = new World();

  @Test
  void aMemberThatIsThereAlreadyIsAskedForNothingMore() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.gateway.before("publish", () -> world.gateway.balk("two", 1, PAUSED));

    var ended = world.run("set acme 700");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(ended.reason()).contains("gateway/two: " + PAUSED);
    assertThat(world.live()).containsExactly(first);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
    assertAllWell();
  }

  @Test
  void aMemberThatStillIsAsItWasFoundIsAskedForNothingMore() throws Exception {
    world.gateway.before("publish", () -> world.gateway.balk("two", 0, PAUSED));

    var ended = world.run("apply");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.live()).containsExactly(FakeParticipant.ORIGINAL);
    assertAllWell();
  }

  @Test
  void allOthersGoBackAndAMemberThatCannotIsNamedAndWaitedFor() throws Exception {
    String first = failsWhileTwoIsPaused();

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(Result.UNKNOWN);
    assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(ended.reason()).contains("gateway/two: " + PAUSED);
    assertBackButTwo(first);
    var again = world.agent().recover();
    assertThat(again.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(again.reason()).contains("gateway/two: " + PAUSED);
    var next = world.run("set acme 800");
    assertThat(next.reason()).contains("has to be finished first", "gateway/two: " + PAUSED);

    world.gateway.heal();
    var recovered = world.agent().recover();

    assertThat(recovered.exit()).as(recovered.reason()).isEqualTo(ExitCode.OK);
    assertThat(world.change(ended.execution()).orElseThrow().state())
        .isInstanceOf(State.RolledBack.class);
    assertThat(world.live()).containsExactly(first);
    assertAllWell();
  }

  @Test
  void allOthersGoBackAndAMemberThatWasDeletedIsWaitedFor() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.gateway.before("converge", () -> world.gateway.delete("two"));

    var ended = world.run("set acme 700");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(Result.UNKNOWN);
    assertThat(ended.reason()).contains("gateway/two: it was deleted");
    assertBackButTwo(first);
    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.FAILED);
    world.gateway.heal();
    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.OK);
    assertThat(world.live()).containsExactly(first);
    assertAllWell();
  }

  @Test
  void aRollbackThatSomebodyAskedForGoesOnToo() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.gateway.balk("two", 2, PAUSED);

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(Result.UNKNOWN);
    assertThat(ended.reason()).contains("gateway/two: " + PAUSED);
    assertBackButTwo(first);
    world.gateway.heal();
    var recovered = world.agent().recover();
    assertThat(recovered.finished())
        .singleElement()
        .extracting(Ended::result)
        .isEqualTo(Result.COMPLETED);
    assertThat(world.live()).containsExactly(first);
    assertAllWell();
  }

  @Test
  void aRollbackByWhichNobodyWouldMoveIsNotCommitted() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.participants().forEach(p -> p.refuseAt("prepare", "unknown directive"));

    var ended = world.agent().rollback("last", "olivia");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ABORTED);
    assertThat(ended.reason()).contains("unknown directive");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
    world.participants().forEach(FakeParticipant::heal);
    assertAllWell();
  }

  @Test
  void aCandidateIsTakenBackWhereverItCanBe() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.probe.beats(Report.no("gateway/shop/one", "wrong"));
    world.redis.before("reassert", () -> {});
    world.probe.fail("wrong");
    world.redis.refuseAt("discard", "busy");

    var ended = world.run("set acme 700 canary 40 bake 3");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    assertThat(world.live()).containsExactly(first);
  }

  private String failsWhileTwoIsPaused() throws InterruptedException {
    world.run("apply");
    world.probe.fail("limit acme/orders admits 10 % too much");
    world.gateway.balk("two", 2, PAUSED);
    return world.active().orElseThrow().digest();
  }

  private void assertBackButTwo(String first) {
    assertThat(world.active().orElseThrow().digest()).isEqualTo(first);
    assertThat(world.store.get("open")).isPresent();
    assertThat(world.redis.live()).containsOnly(first);
    assertThat(world.ratelimit.live()).containsOnly(first);
    assertThat(world.gateway.live().stream().filter(first::equals)).hasSize(2);
  }

  private void assertAllWell() {
    world.laws.checkAtRest();
    assertThat(world.laws.broken()).isEqualTo(List.of());
  }
}
