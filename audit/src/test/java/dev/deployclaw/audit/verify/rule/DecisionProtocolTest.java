package dev.deployclaw.audit.verify.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.DecisionPrerequisites;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The verifier is written for itself; it must still know what the agent decides. */
class DecisionProtocolTest {

  @Test
  void knowsEveryDecisionAndItsRules() {
    assertThat(DecisionProtocol.RULES.keySet())
        .isEqualTo(Stream.of(Name.values()).map(Name::word).collect(Collectors.toSet()));
    for (var name : Name.values()) {
      assertThat(DecisionProtocol.RULES.get(name.word()))
          .as(name.word())
          .isEqualTo(Set.copyOf(name.rules()));
    }
  }

  @Test
  void knowsWhichDecisionsMoveAChange() {
    assertThat(Stream.of(Name.values()).filter(Name::moves).map(Name::word))
        .containsExactlyInAnyOrderElementsOf(DecisionProtocol.MOVES.values());
  }

  /** What an opening and a schedule rest on is checked by what it leads to. */
  @Test
  void knowsOnWhatTheyRest() {
    for (var name : Name.values()) {
      String rule = name.rules().isEmpty() ? "any" : name.rules().getFirst();
      var grounds =
          DecisionPrerequisites.of(RecordedDecision.by(name, rule)).stream()
              .map(Name::word)
              .toList();
      if (name != Name.OPEN && name != Name.SCHEDULE) {
        assertThat(DecisionProtocol.GROUNDS.getOrDefault(name.word(), List.of()))
            .as(name.word())
            .isEqualTo(grounds);
      }
      assertThat(DecisionProtocol.ACTIVATIONS.contains(name.word()))
          .isEqualTo(DecisionPrerequisites.allTheWay(name));
    }
  }
}
