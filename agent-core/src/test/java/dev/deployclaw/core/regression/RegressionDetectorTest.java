package dev.deployclaw.core.regression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A state store that was restored from a backup: nothing writes until a person decided. */
class RegressionDetectorTest {
  private final FakeEstate world = new FakeEstate();

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
      assertThat(ended.result()).isEqualTo(ExecutionStatus.FAILED);
      assertThat(ended.exit()).isEqualTo(ExitCode.FAILED);
      assertThat(ended.cause()).contains(AbortCause.REGRESSED);
      assertThat(ended.reason()).contains("REGRESSED", "gateway/one names epoch 3", "none above 2");
    }
    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.FAILED);
    assertThat(world.live()).containsExactly(enforced);
    assertThat(world.store.list("")).isEqualTo(backup);
  }

  @Test
  void aTermThatWasNeverGivenOutStopsItToo() throws Exception {
    world.run("apply");
    world.gateway.says(
        "marks", MemberReport.yes("gateway/one", "", Map.of("epoch", 1L, "term", 99L)));

    var ended = world.run("set acme 700");

    assertThat(ended.cause()).contains(AbortCause.REGRESSED);
    assertThat(ended.reason()).contains("gateway/one names term 99", "none above 1");
    assertThat(world.queries().regressed()).extracting(AheadMember::what).containsExactly("term");
  }

  @Test
  void oneThatShowsWhileAChangeIsOpenStopsThatChange() throws Exception {
    world.run("apply");
    world.redis.before(
        "topology",
        () -> world.redis.says("marks", MemberReport.yes("redis/a", "", Map.of("epoch", 7L))));

    var ended = world.run("set acme 700");

    assertThat(ended.cause()).contains(AbortCause.REGRESSED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(world.store.get(StoreKeys.OPEN)).isEmpty();
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

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(5);
    assertThat(world.live()).containsExactly(restored);
    assertThat(number(StoreKeys.TERM)).isGreaterThan(4);
    assertThat(world.queries().regressed()).isEmpty();
    assertThat(world.run("set acme 950").result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.agent().rollback("last", "olivia").result())
        .isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(restored);
  }

  @Test
  void aWayBackGoesOnAgainstTheWordOfOneOfThree() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.gateway.says("marks", mark("one", 9), mark("two", 2), mark("three", 2));

    var forward = world.run("set acme 800");
    var back = world.agent().rollback("last", "olivia");

    assertThat(forward.cause()).contains(AbortCause.REGRESSED);
    assertThat(back.result()).as(back.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(10);
    assertThat(world.live()).containsExactly(first);
    assertThat(number(StoreKeys.TERM)).isGreaterThan(40);
    var log = world.journal.executions().get(world.journal.executions().size() - 2);
    assertThat(new String(world.journal.read(log).getLast(), StandardCharsets.UTF_8))
        .contains("COMPLETED");
  }

  @Test
  void aWayBackThatIsAskedForInWordsGoesOnAsTheCommandDoes() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700");
    world.gateway.says("marks", mark("one", 9), mark("two", 2), mark("three", 2));

    var back = world.run("back");

    assertThat(back.result()).as(back.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(10);
    assertThat(world.live()).containsExactly(first);
  }

  @Test
  void aWayBackIsStoppedByTwoOfThreeAndByTheOnlyOne() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.gateway.says("marks", mark("one", 9), mark("two", 9), mark("three", 2));

    assertThat(world.agent().rollback("last", "olivia").cause()).contains(AbortCause.REGRESSED);
    assertThat(world.run("back").cause()).contains(AbortCause.REGRESSED);

    world.gateway.says("marks", mark("one", 2), mark("two", 2), mark("three", 2));
    world.ratelimit.says("marks", MemberReport.yes("ratelimit/shop", "", Map.of("epoch", 3L)));

    assertThat(world.agent().rollback("last", "olivia").cause()).contains(AbortCause.REGRESSED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(2);
  }

  private static MemberReport mark(String gateway, long epoch) {
    long term = epoch == 9 ? 40 : 1;
    return MemberReport.yes("gateway/" + gateway, "", Map.of("epoch", epoch, "term", term));
  }

  /** Members refuse the epoch that the backup left under way: its number was given out again. */
  @ParameterizedTest
  @ValueSource(strings = {"committed", "published", "converged", "baked"})
  void whatTheBackupSaysIsCommittedGoesIntoForceThoughItWasUnderWayThen(String state)
      throws Exception {
    var backup = new AtomicReference<List<Entry>>();
    world.run("apply");
    world.store.watch(store -> taken(store, state, backup));
    world.run("set acme 700");
    String committed = world.active().orElseThrow().digest();
    world.run("set acme 800");
    world.restore(backup.get());

    var ended = world.agent().acceptRegression(world.request("accept"));

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(committed);
    assertThat(world.active().orElseThrow().digest()).isEqualTo(committed);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(4);
    assertThat(world.run("set acme 900").result()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"opened", "staged", "prepared", "cleared"})
  void whatTheBackupSaysIsNotCommittedIsAborted(String state) throws Exception {
    var backup = new AtomicReference<List<Entry>>();
    world.run("apply");
    String committed = world.active().orElseThrow().digest();
    world.store.watch(store -> taken(store, state, backup));
    var under = world.run("set acme 700");
    world.run("set acme 800");
    world.restore(backup.get());

    var ended = world.agent().acceptRegression(world.request("accept"));

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(committed);
    assertThat(world.change(under.execution()).orElseThrow().state())
        .isInstanceOf(ChangeState.Aborted.class);
    assertThat(world.redis.violations()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"widened", "baking", "withdrawing"})
  void aCandidateOfTheBackupIsTakenBack(String state) throws Exception {
    var backup = new AtomicReference<List<Entry>>();
    world.run("apply");
    String committed = world.active().orElseThrow().digest();
    world.store.watch(store -> taken(store, state, backup));
    if (state.equals("withdrawing")) {
      world.probe.fail(2, "wrong");
    }
    world.run("set acme 700 canary 50 bake 60");
    world.run("set acme 800");
    world.restore(backup.get());

    var ended = world.agent().acceptRegression(world.request("accept"));

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(committed);
    assertThat(world.active().orElseThrow().candidate()).isEmpty();
  }

  @Test
  void aHeldChangeWhoseEpochWasGivenOutAgainIsNotApproved() throws Exception {
    world.run("apply");
    var held = world.run("set acme 700 manually");
    var backup = world.store.list("");
    world.agent().reject(held.execution(), "ann");
    world.run("set acme 800");
    world.restore(backup);
    world.agent().acceptRegression(world.request("accept"));

    world.agent().approve(held.execution(), "ann");

    assertThat(world.change(held.execution()).orElseThrow().state())
        .isInstanceOf(ChangeState.Aborted.class);
  }

  @Test
  void whoDiedBetweenItsWordAndTheChangeIsAskedAgain() throws Exception {
    var backup = backedUp();
    String restored = world.active().orElseThrow().digest();
    world.run("set acme 800");
    world.restore(backup);
    world.store.watch(store -> cutAt(store, StoreKeys.ACCEPTED));
    var cut = world.agent().acceptRegression(world.request("accept"));
    assertThat(cut.exit()).as(cut.reason()).isEqualTo(ExitCode.UNREACHABLE);
    world.store.reachable(true);
    world.store.expireLeases();

    world.agent().recover();
    var again = world.agent().acceptRegression(world.request("accept"));

    assertThat(again.result()).as(again.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.live()).containsExactly(restored);
    assertThat(world.agent().acceptRegression(world.request("accept")).result())
        .isEqualTo(ExecutionStatus.NO_CHANGE);
  }

  private boolean cut;

  private void cutAt(FakeStateStore store, String key) {
    if (!cut && store.get(key).isPresent()) {
      cut = true;
      store.reachable(false);
    }
  }

  private static void taken(
      FakeStateStore store, String state, AtomicReference<List<Entry>> backup) {
    boolean there =
        store.list(StoreKeys.CHANGES).stream()
            .map(e -> ChangeExecution.read(e.value()).state().getClass().getSimpleName())
            .anyMatch(s -> s.toLowerCase(Locale.ROOT).equals(state));
    if (there && backup.get() == null) {
      backup.set(store.list(""));
    }
  }

  @Test
  void anEmptyStateStoreCanBeAcceptedToo() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.store.restore(List.of());

    var refused = world.run("apply");
    var accepted = world.agent().acceptRegression(world.request("accept"));
    var again = world.run("apply");

    assertThat(refused.cause()).contains(AbortCause.REGRESSED);
    assertThat(accepted.result()).as(accepted.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(again.result()).as(again.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(3);
  }

  @Test
  void aMarkThatCannotBeRealIsNotAccepted() throws Exception {
    world.run("apply");
    world.redis.says(
        "marks", MemberReport.yes("redis/a", "", Map.of("epoch", 999_999_999_999_999_999L)));

    var ended = world.agent().acceptRegression(world.request("accept"));

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("redis/a names epoch 999999999999999999", "by hand");
    assertThat(number(StoreKeys.EPOCH)).isEqualTo(1);
  }

  @Test
  void acceptingWhereAllIsWellChangesNothing() throws Exception {
    world.run("apply");

    var ended = world.agent().acceptRegression(world.request("accept"));

    assertThat(ended.result()).isEqualTo(ExecutionStatus.NO_CHANGE);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
    assertThat(world.store.get(StoreKeys.ACCEPTED)).isEmpty();
  }

  @Test
  void isDriftAsWell() throws Exception {
    var backup = backedUp();
    world.run("set acme 800");
    world.store.restore(backup);

    var drift = world.queries().drift();

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
