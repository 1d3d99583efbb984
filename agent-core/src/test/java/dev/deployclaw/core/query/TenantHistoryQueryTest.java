package dev.deployclaw.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.query.TenantHistoryReport.Changed;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.diff.FieldDifference;
import java.util.List;
import org.junit.jupiter.api.Test;

class TenantHistoryQueryTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void tellsEachChangeOfATenantTheLatestFirst() throws Exception {
    var applied = world.run("apply");
    var set = world.run("set acme 700");
    world.run("set zenith 90");

    var history = world.queries().history("acme", 20);

    assertThat(history.exit()).isEqualTo(ExitCode.OK);
    assertThat(history.more()).isFalse();
    assertThat(history.changes())
        .extracting(Changed::execution)
        .containsExactly(set.execution(), applied.execution());
    var latest = history.changes().getFirst();
    assertThat(latest.epoch()).isEqualTo(2);
    assertThat(latest.requester()).isEqualTo("olivia");
    assertThat(latest.request()).contains("set acme 700");
    assertThat(latest.result()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(latest.committed()).hasValueSatisfying(t -> assertThat(t).startsWith("2026-11-01T"));
    assertThat(latest.differences())
        .extracting(FieldDifference::text)
        .anyMatch(t -> t.contains("600 -> 700"));
  }

  @Test
  void readsOlderSetsFromCheckpointsAndSaysWhatIsNoLongerToBeHad() throws Exception {
    world.run("apply");
    for (int requests : List.of(700, 710, 720, 730)) {
      assertThat(world.run("set acme " + requests).result()).isEqualTo(ExecutionStatus.COMPLETED);
    }

    var whole = world.queries().history("acme", 20);
    var cut = world.queries().history("acme", 2);
    world.objects.reachable(false);
    var lost = world.queries().history("acme", 20);

    assertThat(whole.changes()).hasSize(5).allMatch(c -> c.unknown().isEmpty());
    assertThat(cut.changes()).hasSize(2);
    assertThat(cut.more()).isTrue();
    assertThat(lost.changes()).hasSize(5);
    assertThat(lost.changes().getFirst().unknown()).isEmpty();
    assertThat(lost.changes().getLast().unknown()).contains("epoch 1", "can't be read");
    var absent = world.queries().policies(1);
    assertThat(absent.exit()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(absent.reason()).contains("no policies of epoch 1 are kept", "4, 5]");
    assertThat(world.queries().policies(5).exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void tellsAChangeThatWentBackAndItsWayBack() throws Exception {
    world.run("apply");
    world.probe.fail("wrong");
    world.run("set acme 700");

    var changes = world.queries().history("acme", 20).changes();

    assertThat(changes).hasSize(3);
    assertThat(changes.get(1).result()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(changes.get(0).differences())
        .extracting(FieldDifference::text)
        .anyMatch(t -> t.contains("700 -> 600"));
  }

  @Test
  void tellsOfACandidateThatItWasTakenBack() throws Exception {
    world.run("apply");
    world.probe.fail(2, "wrong");
    world.run("set acme 700 canary 10");

    var changes = world.queries().history("acme", 20).changes();

    assertThat(changes).hasSize(2);
    assertThat(changes.getFirst().result()).isEqualTo(ExecutionStatus.ROLLED_BACK);
    assertThat(changes.getFirst().unknown()).contains("a candidate that was taken back");
  }

  @Test
  void hasNothingToTellOfATenantThatNobodyKnows() throws Exception {
    world.run("apply");

    assertThat(world.queries().history("nobody", 20).changes()).isEmpty();
    world.store.reachable(false);
    assertThat(world.queries().history("acme", 20).exit()).isEqualTo(ExitCode.UNREACHABLE);
  }
}
