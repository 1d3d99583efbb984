package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore.Entry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A state store that was restored from a backup: nothing writes until a person decided. */
class RegressionTest {
  private final World world = new World();

  @Test
  void aRestoredBackupStopsAllThatWrites() throws Exception {
    var backup = backedUp();
    world.run("set acme 800");
    String enforced = world.live().getFirst();
    world.store.restore(backup);

    for (var ended :
        List.of(
            world.run("set acme 900"),
            world.agent().rollback("last", "olivia"),
            world.agent().repair(world.request("repair")),
            world.agent().approve("arch-1", "ann"))) {
      assertThat(ended.result()).isEqualTo(Result.FAILED);
      assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
      assertThat(ended.cause()).contains(Cause.REGRESSED);
      assertThat(ended.reason()).contains("REGRESSED", "gateway/one names epoch 3", "none above 2");
    }
    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.FAILED);
    assertThat(world.live()).containsExactly(enforced);
    assertThat(world.store.list("")).isEqualTo(backup);
  }

  @Test
  void aTermThatWasNeverGivenOutStopsItToo() throws Exception {
    world.run("apply");
    world.gateway.says("marks", Report.yes("gateway/one", "", Map.of("epoch", 1L, "term", 99L)));

    var ended = world.run("set acme 700");

    assertThat(ended.cause()).contains(Cause.REGRESSED);
    assertThat(ended.reason()).contains("gateway/one names term 99", "none above 1");
    assertThat(world.agent().regressed()).extracting(Ahead::what).containsExactly("term");
  }

  @Test
  void oneThatShowsWhileAChangeIsOpenStopsThatChange() throws Exception {
    world.run("apply");
    world.redis.before(
        "topology",
        () -> world.redis.says("marks", Report.yes("redis/a", "", Map.of("epoch", 7L))));

    var ended = world.run("set acme 700");

    assertThat(ended.cause()).contains(Cause.REGRESSED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(world.store.get(Keys.OPEN)).isEmpty();
    assertThat(world.redis.staged()).containsExactly(1L);
  }

  @Test
  void aPersonsWordPutsTheRestoredStateInForceUnderAFreshEpoch() throws Exception {
    var backup = backedUp();
    String restored = world.active().orElseThrow().digest();
    world.run("set acme 800");
    world.run("set acme 900");
    world.store.restore(backup);

    var ended = world.agent().acceptRegression(world.request("accept"));

    assertThat(ended.result()).as(ended.reason()).isEqualTo(Result.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(5);
    assertThat(world.live()).containsExactly(restored);
    assertThat(number(Keys.TERM)).isGreaterThan(4);
    assertThat(world.agent().regressed()).isEmpty();
    assertThat(world.run("set acme 950").result()).isEqualTo(Result.COMPLETED);
    assertThat(world.agent().rollback("last", "olivia").result()).isEqualTo(Result.COMPLETED);
    assertThat(world.live()).containsExactly(restored);
  }

  @Test
  void anEmptyStateStoreCanBeAcceptedToo() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.store.restore(List.of());

    var refused = world.run("apply");
    var accepted = world.agent().acceptRegression(world.request("accept"));
    var again = world.run("apply");

    assertThat(refused.cause()).contains(Cause.REGRESSED);
    assertThat(accepted.result()).as(accepted.reason()).isEqualTo(Result.COMPLETED);
    assertThat(again.result()).as(again.reason()).isEqualTo(Result.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
  }

  @Test
  void aMarkThatCannotBeRealIsNotAccepted() throws Exception {
    world.run("apply");
    world.redis.says("marks", Report.yes("redis/a", "", Map.of("epoch", 999_999_999_999_999_999L)));

    var ended = world.agent().acceptRegression(world.request("accept"));

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("redis/a names epoch 999999999999999999", "by hand");
    assertThat(number(Keys.EPOCH)).isEqualTo(1);
  }

  @Test
  void acceptingWhereAllIsWellChangesNothing() throws Exception {
    world.run("apply");

    var ended = world.agent().acceptRegression(world.request("accept"));

    assertThat(ended.result()).isEqualTo(Result.NO_CHANGE);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(world.store.get(Keys.ACCEPTED)).isEmpty();
  }

  @Test
  void isDriftAsWell() throws Exception {
    var backup = backedUp();
    world.run("set acme 800");
    world.store.restore(backup);

    var drift = world.agent().drift();

    assertThat(drift.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(drift.reason()).contains("ahead", "epoch 3");
  }

  private List<Entry> backedUp() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    return world.store.list("");
  }

  private long number(String key) {
    return Long.parseLong(
        new String(world.store.get(key).orElseThrow().value(), StandardCharsets.UTF_8));
  }
}
