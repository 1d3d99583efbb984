package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CanaryCohortTest {
  @Test
  void aPositionFollowsFromTheNameAlone() {
    // printf acme | sha1sum, its first eight digits modulo 10,000
    assertThat(CanaryCohort.position("acme")).isEqualTo(4923);
  }

  @Test
  void includesWhoStandsBelowItsShare() {
    int at = CanaryCohort.position("acme");

    assertThat(new CanaryCohort(at).includes("acme")).isFalse();
    assertThat(new CanaryCohort(at + 1).includes("acme")).isTrue();
    assertThat(CanaryCohort.NOBODY.includes("acme")).isFalse();
    assertThat(new CanaryCohort(CanaryCohort.WHOLE).includes("acme")).isTrue();
  }

  @Test
  void aShareOfThePositionsIsThatShareOfTheTenants() {
    for (int share : new int[] {100, 500, 2_500, 5_000, 9_900}) {
      var cohort = new CanaryCohort(share);

      long inside = IntStream.range(0, 100_000).filter(i -> cohort.includes("tenant-" + i)).count();

      // four standard deviations of a fair draw
      double expected = share * 10.0;
      double slack = 4 * Math.sqrt(expected * (1 - share / 10_000.0));
      assertThat((double) inside)
          .as("share " + share)
          .isBetween(expected - slack, expected + slack);
    }
  }

  @Test
  void refusesAShareThatIsNone() {
    assertThatThrownBy(() -> new CanaryCohort(-1)).hasMessageContaining("not -1");
    assertThatThrownBy(() -> new CanaryCohort(10_001)).hasMessageContaining("not 10001");
  }
}
