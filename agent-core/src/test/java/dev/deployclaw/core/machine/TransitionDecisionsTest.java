package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.log.RecordedDecision.Policies;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransitionDecisionsTest {

  /** Every legal move of every kind of change; the constructor refuses a rule that isn't known. */
  @Test
  void everyMoveIsADecisionByAKnownRule() {
    var made = EnumSet.of(Name.OPEN);
    for (var state : MachineSamples.STATES) {
      for (var event : MachineSamples.EVENTS) {
        for (var x :
            List.of(
                MachineSamples.canary(state),
                MachineSamples.execution(ChangeKind.ROLLBACK, state))) {
          if (legal(x, event)) {
            var moved = x.moved(TransitionTable.follow(x, event));
            made.add(TransitionDecisions.of(event, moved).name());
          }
        }
      }
    }

    assertThat(made).allMatch(Name::moves).hasSize(count());
  }

  @Test
  void leadsFromWhatIsCommittedToWhatWasPlanned() {
    var committed = MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Committed());
    var staged = MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Staged());
    var withdrawing = MachineSamples.canary(new ChangeState.Withdrawing(0, "no"));

    assertThat(TransitionDecisions.of(new ChangeEvent.CheckpointIntact(), committed))
        .isEqualTo(RecordedDecision.by(Name.COMMIT, "at-once").leading(new Policies("d3", "d4")));
    assertThat(TransitionDecisions.of(new ChangeEvent.StagedEverywhere(), staged).policies())
        .contains(new Policies("", "d4"));
    assertThat(TransitionDecisions.of(new ChangeEvent.Refused("no"), withdrawing).policies())
        .contains(new Policies("d4", "d3"));
  }

  @Test
  void theGatesDecisionNamesItsRule() {
    var held =
        MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Held("why", 1, List.of()));

    assertThat(
            TransitionDecisions.of(new ChangeEvent.GateHeld("big-step", "why", 1, List.of()), held))
        .isEqualTo(RecordedDecision.by(Name.HOLD, "big-step"));
  }

  @Test
  void refusesARuleThatIsntOneOfTheList() {
    assertThatThrownBy(() -> RecordedDecision.by(Name.COMMIT, "because"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RecordedDecision.by(Name.PASS, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** What a decision rests on comes before it in a change's life, or between two of its moves. */
  @Test
  void nothingRestsOnItself() {
    for (var name : Name.values()) {
      String rule = name.rules().isEmpty() ? "any" : name.rules().getFirst();
      assertThat(DecisionPrerequisites.of(RecordedDecision.by(name, rule)))
          .doesNotContain(name)
          .doesNotHaveDuplicates();
    }
  }

  private static boolean legal(ChangeExecution x, ChangeEvent event) {
    try {
      TransitionTable.follow(x, event);
      return true;
    } catch (IllegalTransitionException e) {
      return false;
    }
  }

  private static int count() {
    int moves = 0;
    for (var name : Name.values()) {
      moves += name.moves() ? 1 : 0;
    }
    return moves;
  }
}
