package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Decision.Policies;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecisionsTest {

  /** Every legal move of every kind of change; the constructor refuses a rule that isn't known. */
  @Test
  void everyMoveIsADecisionByAKnownRule() {
    var made = EnumSet.of(Name.OPEN);
    for (var state : Samples.STATES) {
      for (var event : Samples.EVENTS) {
        for (var x : List.of(Samples.canary(state), Samples.execution(Kind.ROLLBACK, state))) {
          if (legal(x, event)) {
            var moved = x.moved(MoveTable.follow(x, event));
            made.add(Decisions.of(event, moved).name());
          }
        }
      }
    }

    assertThat(made).allMatch(Name::moves).hasSize(count());
  }

  @Test
  void leadsFromWhatIsCommittedToWhatWasPlanned() {
    var committed = Samples.execution(Kind.FORWARD, new State.Committed());
    var staged = Samples.execution(Kind.FORWARD, new State.Staged());
    var withdrawing = Samples.canary(new State.Withdrawing(0, "no"));

    assertThat(Decisions.of(new Event.CheckpointIntact(), committed))
        .isEqualTo(Decision.by(Name.COMMIT, "at-once").leading(new Policies("d3", "d4")));
    assertThat(Decisions.of(new Event.StagedEverywhere(), staged).policies())
        .contains(new Policies("", "d4"));
    assertThat(Decisions.of(new Event.Refused("no"), withdrawing).policies())
        .contains(new Policies("d4", "d3"));
  }

  @Test
  void theGatesDecisionNamesItsRule() {
    var held = Samples.execution(Kind.FORWARD, new State.Held("why", 1, List.of()));

    assertThat(Decisions.of(new Event.GateHeld("big-step", "why", 1, List.of()), held))
        .isEqualTo(Decision.by(Name.HOLD, "big-step"));
  }

  @Test
  void refusesARuleThatIsntOneOfTheList() {
    assertThatThrownBy(() -> Decision.by(Name.COMMIT, "because"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Decision.by(Name.PASS, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** What a decision rests on comes before it in a change's life, or between two of its moves. */
  @Test
  void nothingRestsOnItself() {
    for (var name : Name.values()) {
      String rule = name.rules().isEmpty() ? "any" : name.rules().getFirst();
      assertThat(Grounds.of(Decision.by(name, rule))).doesNotContain(name).doesNotHaveDuplicates();
    }
  }

  private static boolean legal(Execution x, Event event) {
    try {
      MoveTable.follow(x, event);
      return true;
    } catch (IllegalMove e) {
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
