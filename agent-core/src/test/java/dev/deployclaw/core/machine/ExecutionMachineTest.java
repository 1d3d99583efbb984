package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

        assertThat(Execution.read(x.bytes())).isEqualTo(x);
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
  void releasesOpenWhileItIsHeldAndTakesItAgain() {
    var prepared = Samples.execution(Kind.FORWARD, new State.Prepared("v", 6, List.of()));
    var held = Samples.execution(Kind.FORWARD, new State.Held("why", 1));

    var hold = ExecutionMachine.on(new Stored(prepared, 1), new Event.GateHeld("why", 1), 1);
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
