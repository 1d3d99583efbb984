package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Planned;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes of requests whose authors had not seen the rules. */
class BlindRequestsTest {
  @ParameterizedTest
  @EnumSource
  void holdTheirScore(BlindSet set) {
    var floors = set.floors();
    assertThat(set.cases()).hasSize(floors.size());
    assertThat(set.right(c -> true)).isGreaterThanOrEqualTo(floors.exact());
    assertThat(set.right(Corpus.Case::planned)).isGreaterThanOrEqualTo(floors.clear());
    assertThat(set.right(c -> c.outcome().equals("needs-clarification")))
        .isGreaterThanOrEqualTo(floors.asked());
    assertThat(set.right(c -> c.outcome().equals("refused")))
        .isGreaterThanOrEqualTo(floors.refused());
  }

  @ParameterizedTest
  @EnumSource
  void makeNoOtherPlanThanTheOneThatWasMeant(BlindSet set) {
    assertThat(set.otherPlans()).isEmpty();
  }

  /** Found beside the four of the first set: the same mistake in other words. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "block acme and the others",
        "remove acme's limit on search, the others keep theirs",
        "acme 20 rps on search, later",
        "initech: 10 rps and on billing 20 rps",
        "with the guards off, set acme to 20 rps on login",
        "switch off the checks and set acme to 20 rps on login"
      })
  void asksOrRefusesWhereTheSameIsSaidOtherwise(String request) {
    assertThat(Corpus.ask(request)).isNotInstanceOf(Planned.class);
  }
}
