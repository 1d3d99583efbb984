package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.machine.Active.Candidate;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Write;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExecutionMachineTest {
  @Test
  void readsBackWhatItWroteInEveryState() {
    for (var kind : Kind.values()) {
      for (var state : Samples.STATES) {
        var x = Samples.execution(kind, state).with(Samples.APPROVAL);
        var canary = Samples.canary(state);

        assertThat(Execution.read(x.bytes())).isEqualTo(x);
        assertThat(Execution.read(canary.bytes())).isEqualTo(canary);
      }
    }
  }

  @Test
  void stopsAtARecordThatItDoesNotKnow() {
    byte[] strange = "{\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> Execution.read(strange)).isInstanceOf(Unreadable.class);
  }

  @Test
  void opensOnlyWhereNothingIsOpenFrozenOrMoved() {
    var opening =
        new Opening(
            "x",
            "x",
            Kind.FORWARD,
            Optional.empty(),
            new Base(3, "d3", "w", 30),
            "d4",
            "plan",
            "olivia",
            Optional.empty(),
            3,
            29,
            List.of(new Write.Put("policy/4/provenance", new byte[0])));

    var transition = ExecutionMachine.open(opening);

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
    var x = Samples.execution(Kind.FORWARD, new State.Cleared("auto"));

    var transition = ExecutionMachine.on(new Stored(x, 41), new Event.CheckpointIntact(), 9);

    assertThat(written(transition)).containsExactlyInAnyOrder("change/x", "active");
    assertThat(transition.conditions())
        .contains(
            new Condition.Unmoved("change/x", 41),
            new Condition.Unmoved("active", 30),
            new Condition.Absent("freeze"))
        .anyMatch(c -> c instanceof Condition.Holds h && h.key().equals("checkpoint/4"))
        .anyMatch(c -> c instanceof Condition.Holds h && h.key().equals("open"));
    assertThat(active(transition)).isEqualTo(new Active(4, "d4", "x", 9, 3));
  }

  @Test
  void aWideningLeavesTheBaseAndNamesACandidateBesideIt() {
    var x = Samples.canary(new State.Cleared("auto"));

    var transition = ExecutionMachine.on(new Stored(x, 41), new Event.CheckpointIntact(), 9);

    assertThat(transition.conditions())
        .contains(
            new Condition.Unmoved("change/x", 41),
            new Condition.Unmoved("active", 30),
            new Condition.Absent("freeze"))
        .anyMatch(c -> c instanceof Condition.Holds h && h.key().equals("checkpoint/4"))
        .anyMatch(c -> c instanceof Condition.Holds h && h.key().equals("open"));
    assertThat(active(transition))
        .isEqualTo(
            new Active(3, "d3", "w", 9, 2, 6, Optional.of(new Candidate(4, "d4", "x", 500))));
    assertThat(transition.next().step()).isEqualTo(6);
    assertThat(transition.next().cohort()).contains(500);
  }

  @Test
  void eachLaterMoveComparesItsOwnLastOne() {
    var widened = Samples.canary(new State.Widened(0));

    var bakes = ExecutionMachine.on(new Stored(widened, 43), new Event.BakeBegun(2_000), 9);
    var wider = ExecutionMachine.on(new Stored(bakes.next(), 44), new Event.Soaked(), 10);
    var out = ExecutionMachine.on(new Stored(widened, 43), new Event.Refused("slow"), 10);
    var last =
        ExecutionMachine.on(
            new Stored(Samples.canary(new State.Baking(1, 2_000, 51)), 52), new Event.Soaked(), 10);

    assertThat(bakes.next().state()).isEqualTo(new State.Baking(0, 2_000, 43));
    assertThat(written(bakes)).containsExactly("change/x");
    assertThat(wider.conditions()).contains(new Condition.Unmoved("active", 43));
    assertThat(active(wider))
        .isEqualTo(
            new Active(3, "d3", "w", 10, 2, 7, Optional.of(new Candidate(4, "d4", "x", 2_500))));
    assertThat(out.conditions()).contains(new Condition.Unmoved("active", 43));
    assertThat(active(out)).isEqualTo(new Active(3, "d3", "w", 10, 2, 7, Optional.empty()));
    assertThat(last.conditions())
        .contains(new Condition.Unmoved("active", 51), new Condition.Absent("freeze"));
    assertThat(active(last)).isEqualTo(new Active(4, "d4", "x", 10, 3));
  }

  @Test
  void aWithdrawalIsNotStoppedByTheKillSwitch() {
    var x = Samples.canary(new State.Baking(0, 2_000, 43));

    var transition =
        ExecutionMachine.on(new Stored(x, 44), new Event.Stopped(Cause.FROZEN, "frozen"), 9);

    assertThat(transition.next().state()).isEqualTo(new State.Withdrawing(0, "frozen"));
    assertThat(transition.conditions()).doesNotContain(new Condition.Absent("freeze"));
  }

  @Test
  void whatIsOnTrialIsNeverPresumedAborted() {
    for (var state : Samples.STATES) {
      if (state.live()) {
        assertThat(ExecutionMachine.presumedAborted(state)).as("%s", state).isFalse();
      }
    }
    assertThat(new State.Widened(0).live()).isTrue();
    assertThat(new State.Withdrawing(0, "x").live()).isTrue();
  }

  @Test
  void anActiveOfBeforeThereWereCandidatesIsRead() {
    String older = "{\"change\":\"x\",\"digest\":\"d\",\"epoch\":4,\"predecessor\":3,\"term\":9}";

    var active = Active.read(older.getBytes(StandardCharsets.UTF_8));

    assertThat(active).isEqualTo(new Active(4, "d", "x", 9, 3));
    assertThat(new String(active.bytes(), StandardCharsets.UTF_8)).isEqualTo(older);
  }

  @Test
  void releasesOpenWhileItIsHeldAndTakesItAgain() {
    var prepared = Samples.execution(Kind.FORWARD, new State.Prepared("v", 6, List.of()));
    var held = Samples.execution(Kind.FORWARD, new State.Held("why", 1, List.of()));

    var hold =
        ExecutionMachine.on(
            new Stored(prepared, 1), new Event.GateHeld("rule", "why", 1, List.of()), 1);
    var resume = ExecutionMachine.on(new Stored(held, 2), new Event.Approved(Samples.APPROVAL), 1);

    assertThat(hold.writes()).contains(new Write.Delete("open"));
    assertThat(resume.conditions())
        .contains(new Condition.Absent("open"), new Condition.Unmoved("active", 30));
    assertThat(written(resume)).contains("open");
    assertThat(resume.next().approval()).contains(Samples.APPROVAL);
  }

  @Test
  void aWayBackIsNotStoppedByTheKillSwitch() {
    var x = Samples.execution(Kind.ROLLBACK, new State.Cleared("way-back"));

    var transition = ExecutionMachine.on(new Stored(x, 41), new Event.CheckpointIntact(), 9);

    assertThat(transition.conditions()).doesNotContain(new Condition.Absent("freeze"));
  }

  @Test
  void aCompensationHandsOpenBackToWhatItUndid() {
    var x = Samples.execution(Kind.COMPENSATION, new State.Baked());

    var transition = ExecutionMachine.on(new Stored(x, 41), new Event.Collected(), 9);

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

  private static Active active(Transition transition) {
    return transition.writes().stream()
        .filter(w -> w instanceof Write.Put put && put.key().equals("active"))
        .map(w -> Active.read(((Write.Put) w).value()))
        .findFirst()
        .orElseThrow();
  }
}
