package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoveTableTest {
  /** The whole life of a change: from, on, to. Every other pair is illegal. */
  private static final String TABLE =
      """
      Opened CheckpointTaken Checkpointed
      Opened Stopped Aborting
      Checkpointed StagedEverywhere Staged
      Checkpointed Stopped Aborting
      Staged Voted Prepared
      Staged Stopped Aborting
      Prepared GateOpened Cleared
      Prepared GateHeld Held
      Prepared Stopped Aborting
      Held Approved Resumed
      Held Rejected Aborting
      Held Expired Aborting
      Held Outdated Aborting
      Resumed ObservedSame Staged
      Resumed Stopped Aborting
      Cleared CheckpointIntact Committed
      Cleared Stopped Aborting
      Widened BakeBegun Baking
      Widened Refused Withdrawing
      Widened Superseded Withdrawing
      Baking Soaked Committed
      Baking Stopped Withdrawing
      Baking Refused Withdrawing
      Baking Superseded Withdrawing
      Withdrawing MembersLeftOut RolledBack
      Withdrawing Withdrawn RolledBack
      Withdrawing Superseded Failed
      Withdrawing NotCompensated Failed
      Committed PublishedEverywhere Published
      Committed Refused Undoing
      Committed Superseded Failed
      Published ConvergedEverywhere Converged
      Published Refused Undoing
      Published Superseded Failed
      Converged Validated Baked
      Converged BakeBegun Soaking
      Converged Refused Undoing
      Converged Superseded Failed
      Soaking Soaked Baked
      Soaking Refused Undoing
      Soaking Superseded Failed
      Baked Collected Completed
      Undoing Compensated RolledBack
      Undoing NotCompensated Failed
      Aborting Discarded Aborted
      """;

  private static final State BAKING_FIRST = new State.Baking(0, 2_000, 40);
  private static final State BAKING_SECOND = new State.Baking(1, 2_000, 50);

  @Test
  void everyPairIsLegalByTheTableOrIllegalByName() {
    List<String> found = new ArrayList<>();

    for (var state : Samples.STATES) {
      for (var event : Samples.EVENTS) {
        follow(state, event, found);
      }
    }

    assertThat(found).containsExactlyElementsOf(TABLE.lines().toList());
  }

  @Test
  void aCanaryWidensStageByStageAndThenCommits() {
    var x = Samples.canary(new State.Cleared("auto"));

    var first = MoveTable.follow(x, new Event.CheckpointIntact());
    var second = MoveTable.follow(Samples.canary(BAKING_FIRST), new Event.Soaked());
    var last = MoveTable.follow(Samples.canary(BAKING_SECOND), new Event.Soaked());

    assertThat(List.of(first, second, last))
        .isEqualTo(List.of(new State.Widened(0), new State.Widened(1), new State.Committed()));
  }

  @Test
  void aFailedWayBackIsNotUndoneInItsTurn() {
    for (var state : List.of(new State.Committed(), new State.Published(), new State.Converged())) {
      var x = Samples.execution(Kind.COMPENSATION, state);

      var next = MoveTable.follow(x, new Event.Refused("refused"));

      assertThat(next).isEqualTo(new State.Failed("refused"));
    }
  }

  /** What brings something new is taken by everybody, or gone back from. */
  @Test
  void onlyAWayBackEndsWithoutMembers() {
    var left = new Event.MembersLeftOut(Samples.LEFT_OUT);
    for (var kind : List.of(Kind.ROLLBACK, Kind.COMPENSATION)) {
      assertThat(MoveTable.follow(Samples.execution(kind, new State.Committed()), left))
          .isEqualTo(new State.Published());
      assertThat(MoveTable.follow(Samples.execution(kind, new State.Published()), left))
          .isEqualTo(new State.Converged());
      assertThat(MoveTable.follow(Samples.execution(kind, new State.Converged()), left))
          .isEqualTo(new State.Baked());
    }
  }

  @Test
  void terminalStatesHaveNoWayOut() {
    assertThat(MoveTable.ROWS)
        .noneMatch(row ->
            Samples.STATES.stream().filter(State::over).anyMatch(s -> row.from().isInstance(s)));
  }

  @Test
  void theSamplesAreAllThereAre() {
    assertThat(Samples.STATES).extracting(Object::getClass).isEqualTo(permitted(State.class));
    assertThat(Samples.EVENTS).extracting(Object::getClass).isEqualTo(permitted(Event.class));
  }

  @Test
  void onlyRestingStatesHaveNothingToDo() {
    for (var state : Samples.STATES) {
      boolean rests = ExecutionMachine.next(state) == Effect.REST;

      assertThat(rests).isEqualTo(state.over() || state instanceof State.Held);
    }
  }

  private static void follow(State state, Event event, List<String> found) {
    try {
      var next = MoveTable.follow(Samples.execution(Kind.FORWARD, state), event);
      found.add(name(state) + " " + name(event) + " " + name(next));
    } catch (IllegalMove e) {
      assertThat(e).hasMessage("no move from " + name(state) + " on " + name(event));
    }
  }

  private static String name(Object value) {
    return value.getClass().getSimpleName();
  }

  private static List<Class<?>> permitted(Class<?> sealed) {
    return Arrays.asList(sealed.getPermittedSubclasses());
  }
}
