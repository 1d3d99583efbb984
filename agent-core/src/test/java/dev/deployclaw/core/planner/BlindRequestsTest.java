package dev.deployclaw.core.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.planner.Interpretation.Planned;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests of 2026-11-26, written by somebody who had not seen the rules, and measured once. The
 * floors hold what came of them after the four plans that nobody asked for were mended.
 */
class BlindRequestsTest {
  private static final int EXACT = 149;
  private static final int CLEAR = 90;
  private static final int ASKED = 36;
  private static final int REFUSED = 23;

  private final List<Corpus.Case> all = Corpus.blind();

  @Test
  void holdsItsScore() {
    assertThat(all).hasSize(160);
    assertThat(right(c -> true)).isGreaterThanOrEqualTo(EXACT);
    assertThat(right(Corpus.Case::planned)).isGreaterThanOrEqualTo(CLEAR);
    assertThat(right(c -> c.outcome().equals("needs-clarification"))).isGreaterThanOrEqualTo(ASKED);
    assertThat(right(c -> c.outcome().equals("refused"))).isGreaterThanOrEqualTo(REFUSED);
  }

  @Test
  void makesNoOtherPlanThanTheOneThatWasMeant() {
    assertThat(Corpus.otherPlans(all, Corpus.INVENTORY)).isEmpty();
  }

  /** Found beside the four: the same mistake in other words. */
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

  private long right(Predicate<Corpus.Case> which) {
    return Corpus.right(all.stream().filter(which), Corpus.INVENTORY);
  }
}
