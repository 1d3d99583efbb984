package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransitionTableTest {
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

  private static final ChangeState BAKING_FIRST = new ChangeState.Baking(0, 2_000, 40);
  private static final ChangeState BAKING_SECOND = new ChangeState.Baking(1, 2_000, 50);

  @Test
  void everyPairIsLegalByTheTableOrIllegalByName() {
    List<String> found = new ArrayList<>();

    for (var state : MachineSamples.STATES) {
      for (var event : MachineSamples.EVENTS) {
        follow(state, event, found);
      }
    }

    assertThat(found).containsExactlyElementsOf(TABLE.lines().toList());
  }

  @Test
  void aCanaryWidensStageByStageAndThenCommits() {
    var x = MachineSamples.canary(new ChangeState.Cleared("auto"));

    var first = TransitionTable.follow(x, new ChangeEvent.CheckpointIntact());
    var second =
        TransitionTable.follow(MachineSamples.canary(BAKING_FIRST), new ChangeEvent.Soaked());
    var last =
        TransitionTable.follow(MachineSamples.canary(BAKING_SECOND), new ChangeEvent.Soaked());

    assertThat(List.of(first, second, last))
        .isEqualTo(
            List.of(
                new ChangeState.Widened(0),
                new ChangeState.Widened(1),
                new ChangeState.Committed()));
  }

  @Test
  void aFailedWayBackIsNotUndoneInItsTurn() {
    for (var state :
        List.of(
            new ChangeState.Committed(),
            new ChangeState.Published(),
            new ChangeState.Converged())) {
      var x = MachineSamples.execution(ChangeKind.COMPENSATION, state);

      var next = TransitionTable.follow(x, new ChangeEvent.Refused("refused"));

      assertThat(next).isEqualTo(new ChangeState.Failed("refused"));
    }
  }

  /** What brings something new is taken by everybody, or gone back from. */
  @Test
  void onlyAWayBackEndsWithoutMembers() {
    var left = new ChangeEvent.MembersLeftOut(MachineSamples.LEFT_OUT);
    for (var kind : List.of(ChangeKind.ROLLBACK, ChangeKind.COMPENSATION)) {
      assertThat(
              TransitionTable.follow(
                  MachineSamples.execution(kind, new ChangeState.Committed()), left))
          .isEqualTo(new ChangeState.Published());
      assertThat(
              TransitionTable.follow(
                  MachineSamples.execution(kind, new ChangeState.Published()), left))
          .isEqualTo(new ChangeState.Converged());
      assertThat(
              TransitionTable.follow(
                  MachineSamples.execution(kind, new ChangeState.Converged()), left))
          .isEqualTo(new ChangeState.Baked());
    }
  }

  @Test
  void terminalStatesHaveNoWayOut() {
    assertThat(TransitionTable.ROWS)
        .noneMatch(row ->
            MachineSamples.STATES.stream()
                .filter(ChangeState::over)
                .anyMatch(s -> row.from().isInstance(s)));
  }

  @Test
  void theSamplesAreAllThereAre() {
    assertThat(MachineSamples.STATES)
        .extracting(Object::getClass)
        .isEqualTo(permitted(ChangeState.class));
    assertThat(MachineSamples.EVENTS)
        .extracting(Object::getClass)
        .isEqualTo(permitted(ChangeEvent.class));
  }

  @Test
  void onlyRestingStatesHaveNothingToDo() {
    for (var state : MachineSamples.STATES) {
      boolean rests = ChangeStateMachine.next(state) == ChangeEffect.REST;

      assertThat(rests).isEqualTo(state.over() || state instanceof ChangeState.Held);
    }
  }

  private static void follow(ChangeState state, ChangeEvent event, List<String> found) {
    try {
      var next = TransitionTable.follow(MachineSamples.execution(ChangeKind.FORWARD, state), event);
      found.add(name(state) + " " + name(event) + " " + name(next));
    } catch (IllegalTransitionException e) {
      assertThat(e).hasMessage("no move from " + state.word() + " on " + name(event));
    }
  }

  private static String name(Object value) {
    return value.getClass().getSimpleName();
  }

  private static List<Class<?>> permitted(Class<?> sealed) {
    return Arrays.asList(sealed.getPermittedSubclasses());
  }
}
