package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Planned;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What the grammar makes of the corpus; the floors hold what was measured. */
class CorpusTest {
  private static final int SMALLEST = 590;
  private static final int SEEN_FLOOR = 96;
  private static final int UNSEEN_FLOOR = 96;

  private final List<Corpus.Case> all = Corpus.all();
  private final List<Corpus.Case> seen = all.stream().filter(c -> !c.unseen()).toList();
  private final List<Corpus.Case> unseen = all.stream().filter(Corpus.Case::unseen).toList();

  @Test
  void holdsItsScoreOnThePartThatRulesWereWrittenBy() {
    report("seen", seen);

    assertThat(all.size()).isGreaterThanOrEqualTo(SMALLEST);
    assertThat(percent(seen, c -> true)).isGreaterThanOrEqualTo(SEEN_FLOOR);
  }

  @Test
  void holdsItsScoreOnThePartThatMostRulesWereNotWrittenBy() {
    report("unseen", unseen);

    assertThat(percent(unseen, c -> true)).isGreaterThanOrEqualTo(UNSEEN_FLOOR);
  }

  @Test
  void makesNoPlanThatChangesWhatNobodyAskedFor() {
    var unsafe =
        all.stream().filter(c -> Corpus.unsafe(c, answer(c))).map(Corpus.Case::request).toList();

    assertThat(unsafe).isEmpty();
  }

  @Test
  void makesNoOtherPlanThanTheOneThatWasMeant() {
    var other =
        all.stream()
            .filter(c -> planned(c) && !right(c))
            .map(c -> c.request() + " gave " + Corpus.show(answer(c)))
            .toList();

    assertThat(other).isEmpty();
  }

  private static void report(String part, List<Corpus.Case> cases) {
    System.out.printf(
        "%s: %d requests, exact %d %%; plans %d %%, questions %d %%, refusals %d %%; other plans"
            + " %d, unsafe plans %d%n",
        part,
        cases.size(),
        percent(cases, c -> true),
        percent(cases, Corpus.Case::planned),
        percent(cases, c -> c.outcome().equals("needs-clarification")),
        percent(cases, c -> c.outcome().equals("refused")),
        cases.stream().filter(CorpusTest::planned).filter(c -> !right(c)).count(),
        cases.stream().filter(c -> Corpus.unsafe(c, answer(c))).count());
  }

  private static Interpretation answer(Corpus.Case sample) {
    return Corpus.answer(sample.request(), Corpus.INVENTORY);
  }

  private static boolean planned(Corpus.Case sample) {
    return answer(sample) instanceof Planned;
  }

  private static boolean right(Corpus.Case sample) {
    return Corpus.right(sample, answer(sample));
  }

  private static long percent(List<Corpus.Case> cases, Predicate<Corpus.Case> which) {
    var chosen = cases.stream().filter(which).toList();
    return chosen.stream().filter(CorpusTest::right).count() * 100 / Math.max(1, chosen.size());
  }
}
