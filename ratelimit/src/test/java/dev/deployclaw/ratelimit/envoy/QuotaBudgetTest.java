package dev.deployclaw.ratelimit.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuotaBudgetTest {
  @Test
  void hasPlacesForSoManyBucketsAndNotForOneMore() {
    var budget = new QuotaBudget();

    long taken =
        IntStream.range(0, 2 * QuotaBudget.MOST_BUCKETS)
            .parallel()
            .filter(_ -> budget.take())
            .count();

    assertThat(taken).isEqualTo(QuotaBudget.MOST_BUCKETS);
    budget.giveBack();
    assertThat(budget.take()).isTrue();
    assertThat(budget.take()).isFalse();
  }

  @Test
  void whatIsTooLongTakesNothingAndLessIsAlwaysPossible() {
    var budget = new QuotaBudget();

    assertThat(budget.keep(32 << 20)).isTrue();
    assertThat(budget.keep(1)).isFalse();
    assertThat(budget.keep(-1)).isTrue();
    assertThat(budget.keep(1)).isTrue();
  }
}
