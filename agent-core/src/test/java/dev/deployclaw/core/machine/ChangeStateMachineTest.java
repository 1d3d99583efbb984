package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.machine.CommittedEpoch.Candidate;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeStateMachineTest {
  @Test
  void readsBackWhatItWroteInEveryState() {
    for (var kind : ChangeKind.values()) {
      for (var state : MachineSamples.STATES) {
        var x = MachineSamples.execution(kind, state).with(MachineSamples.APPROVAL);
        var canary = MachineSamples.canary(state);

        assertThat(ChangeExecution.read(x.bytes())).isEqualTo(x);
        assertThat(ChangeExecution.read(canary.bytes())).isEqualTo(canary);
      }
    }
  }

  @Test
  void stopsAtARecordThatItDoesNotKnow() {
    byte[] strange = "{\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> ChangeExecution.read(strange))
        .isInstanceOf(UnreadableRecordException.class);
  }

  @Test
  void opensOnlyWhereNothingIsOpenFrozenOrMoved() {
    var opening =
        new NewChange(
            "x",
            "x",
            ChangeKind.FORWARD,
            Optional.empty(),
            new BaseEpoch(3, "d3", "w", 30, 0, 0),
            "d4",
            "plan",
            "olivia",
            Optional.empty(),
            RolloutPlan.AT_ONCE,
            Optional.empty(),
            3,
            29,
            List.of(new Write.Put("policy/4/provenance", new byte[0])));

    var transition = ChangeStateMachine.open(opening);

    assertThat(transition.conditions())
        .contains(
            new Condition.Absent("open"),
            new Condition.Absent("freeze"),
            new Condition.Absent("change/x"),
            new Condition.Unmoved("active", 30),
            new Condition.Unmoved("epoch", 29));
    assertThat(written(transition))
        .containsExactly("open", "epoch", "change/x", "policy/4/provenance");
    assertThat(transition.next().epoch()).isEqualTo(4);
  }

  @Test
  void commitsByOneTransactionThatComparesAllItStandsOn() {
    var x = MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Cleared("auto"));

    var transition =
        ChangeStateMachine.on(new StoredExecution(x, 41), new ChangeEvent.CheckpointIntact(), 9);

    assertThat(written(transition)).containsExactlyInAnyOrder("change/x", "active");
    assertThat(transition.conditions())
        .contains(
            new Condition.Unmoved("change/x", 41),
            new Condition.Unmoved("active", 30),
            new Condition.Absent("freeze"))
        .anyMatch(c -> c instanceof Condition.Holds h && h.key().equals("checkpoint/4"))
        .anyMatch(c -> c instanceof Condition.Holds h && h.key().equals("open"));
    assertThat(active(transition)).isEqualTo(new CommittedEpoch(4, "d4", "x", 9, 3));
  }

  @Test
  void aWideningLeavesTheBaseAndNamesACandidateBesideIt() {
    var x = MachineSamples.canary(new ChangeState.Cleared("auto"));

    var transition =
        ChangeStateMachine.on(new StoredExecution(x, 41), new ChangeEvent.CheckpointIntact(), 9);

    assertThat(transition.conditions())
        .contains(
            new Condition.Unmoved("change/x", 41),
            new Condition.Unmoved("active", 30),
            new Condition.Absent("freeze"))
        .anyMatch(c -> c instanceof Condition.Holds h && h.key().equals("checkpoint/4"))
        .anyMatch(c -> c instanceof Condition.Holds h && h.key().equals("open"));
    assertThat(active(transition))
        .isEqualTo(
            new CommittedEpoch(
                3, "d3", "w", 9, 2, 6, Optional.of(new Candidate(4, "d4", "x", 500))));
    assertThat(transition.next().step()).isEqualTo(6);
    assertThat(transition.next().cohort()).contains(500);
  }

  @Test
  void eachLaterMoveComparesItsOwnLastOne() {
    var widened = MachineSamples.canary(new ChangeState.Widened(0));

    var bakes =
        ChangeStateMachine.on(
            new StoredExecution(widened, 43), new ChangeEvent.BakeBegun(2_000), 9);
    var wider =
        ChangeStateMachine.on(new StoredExecution(bakes.next(), 44), new ChangeEvent.Soaked(), 10);
    var out =
        ChangeStateMachine.on(
            new StoredExecution(widened, 43), new ChangeEvent.Refused("slow"), 10);
    var last =
        ChangeStateMachine.on(
            new StoredExecution(MachineSamples.canary(new ChangeState.Baking(1, 2_000, 51)), 52),
            new ChangeEvent.Soaked(),
            10);

    assertThat(bakes.next().state()).isEqualTo(new ChangeState.Baking(0, 2_000, 43));
    assertThat(written(bakes)).containsExactly("change/x");
    assertThat(wider.conditions()).contains(new Condition.Unmoved("active", 43));
    assertThat(active(wider))
        .isEqualTo(
            new CommittedEpoch(
                3, "d3", "w", 10, 2, 7, Optional.of(new Candidate(4, "d4", "x", 2_500))));
    assertThat(out.conditions()).contains(new Condition.Unmoved("active", 43));
    assertThat(active(out)).isEqualTo(new CommittedEpoch(3, "d3", "w", 10, 2, 7, Optional.empty()));
    assertThat(last.conditions())
        .contains(new Condition.Unmoved("active", 51), new Condition.Absent("freeze"));
    assertThat(active(last)).isEqualTo(new CommittedEpoch(4, "d4", "x", 10, 3));
  }

  @Test
  void aWithdrawalIsNotStoppedByTheKillSwitch() {
    var x = MachineSamples.canary(new ChangeState.Baking(0, 2_000, 43));

    var transition =
        ChangeStateMachine.on(
            new StoredExecution(x, 44), new ChangeEvent.Stopped(AbortCause.FROZEN, "frozen"), 9);

    assertThat(transition.next().state()).isEqualTo(new ChangeState.Withdrawing(0, "frozen"));
    assertThat(transition.conditions()).doesNotContain(new Condition.Absent("freeze"));
  }

  @Test
  void whatIsOnTrialIsNeverPresumedAborted() {
    for (var state : MachineSamples.STATES) {
      if (state.live()) {
        assertThat(ChangeStateMachine.presumedAborted(state)).as("%s", state).isFalse();
      }
    }
    assertThat(new ChangeState.Widened(0).live()).isTrue();
    assertThat(new ChangeState.Withdrawing(0, "x").live()).isTrue();
  }

  @Test
  void anActiveOfBeforeThereWereCandidatesIsRead() {
    String older = "{\"change\":\"x\",\"digest\":\"d\",\"epoch\":4,\"predecessor\":3,\"term\":9}";

    var active = CommittedEpoch.read(older.getBytes(StandardCharsets.UTF_8));

    assertThat(active).isEqualTo(new CommittedEpoch(4, "d", "x", 9, 3));
    assertThat(new String(active.bytes(), StandardCharsets.UTF_8)).isEqualTo(older);
  }

  @Test
  void releasesOpenWhileItIsHeldAndTakesItAgain() {
    var prepared =
        MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Prepared("v", 6, List.of()));
    var held =
        MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Held("why", 1, List.of()));

    var hold =
        ChangeStateMachine.on(
            new StoredExecution(prepared, 1),
            new ChangeEvent.GateHeld("rule", "why", 1, List.of()),
            1);
    var resume =
        ChangeStateMachine.on(
            new StoredExecution(held, 2), new ChangeEvent.Approved(MachineSamples.APPROVAL), 1);

    assertThat(hold.writes()).contains(new Write.Delete("open"));
    assertThat(resume.conditions())
        .contains(new Condition.Absent("open"), new Condition.Unmoved("active", 30));
    assertThat(written(resume)).contains("open");
    assertThat(resume.next().approval()).contains(MachineSamples.APPROVAL);
  }

  @Test
  void aWayBackIsNotStoppedByTheKillSwitch() {
    var x = MachineSamples.execution(ChangeKind.ROLLBACK, new ChangeState.Cleared("way-back"));

    var transition =
        ChangeStateMachine.on(new StoredExecution(x, 41), new ChangeEvent.CheckpointIntact(), 9);

    assertThat(transition.conditions()).doesNotContain(new Condition.Absent("freeze"));
  }

  @Test
  void aCompensationHandsOpenBackToWhatItUndid() {
    var x = MachineSamples.execution(ChangeKind.COMPENSATION, new ChangeState.Baked());

    var transition =
        ChangeStateMachine.on(new StoredExecution(x, 41), new ChangeEvent.Collected(), 9);

    assertThat(transition.writes())
        .anyMatch(w ->
            w instanceof Write.Put(String key, byte[] value)
                && key.equals("open")
                && new String(value, StandardCharsets.UTF_8).equals("w"));
  }

  private static List<String> written(Transition transition) {
    return transition.writes().stream()
        .filter(Write.Put.class::isInstance)
        .map(w -> ((Write.Put) w).key())
        .toList();
  }

  private static CommittedEpoch active(Transition transition) {
    return transition.writes().stream()
        .filter(w -> w instanceof Write.Put put && put.key().equals("active"))
        .map(w -> CommittedEpoch.read(((Write.Put) w).value()))
        .findFirst()
        .orElseThrow();
  }
}
