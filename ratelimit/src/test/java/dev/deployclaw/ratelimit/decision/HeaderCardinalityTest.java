package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** So many values of a header are told apart, and no more. */
class HeaderCardinalityTest {
  private final AtomicLong clock = new AtomicLong(-7);
  private final HeaderCardinality values = new HeaderCardinality(3, clock::get);

  @Test
  void furtherValuesShareOne() {
    assertThat(of("a")).isEqualTo("a");
    assertThat(of("b")).isEqualTo("b");
    assertThat(of("c")).isEqualTo("c");

    assertThat(of("d")).isEqualTo(HeaderCardinality.OTHERS);
    assertThat(of("a")).isEqualTo("a");
    assertThat(of("e")).isEqualTo(HeaderCardinality.OTHERS);
  }

  @Test
  void eachHeaderOfEachTenantHasItsOwnBound() {
    of("a");
    of("b");
    of("c");

    assertThat(values.bounded("acme", "x-user", "d")).isEqualTo("d");
    assertThat(values.bounded("zenith", "x-key", "d")).isEqualTo("d");
  }

  @Test
  void whatComesAgainIsKnownInTheNextGeneration() {
    of("a");
    of("b");
    of("c");
    clock.addAndGet(HeaderCardinality.GENERATION_NANOS);

    assertThat(of("d")).isEqualTo("d");
    assertThat(of("e")).isEqualTo("e");
    assertThat(of("f")).isEqualTo("f");
    assertThat(of("a")).isEqualTo("a");
    assertThat(of("g")).isEqualTo(HeaderCardinality.OTHERS);
  }

  @Test
  void whatStaysAwayIsForgotten() {
    of("a");
    clock.addAndGet(HeaderCardinality.GENERATION_NANOS);
    of("b");
    clock.addAndGet(HeaderCardinality.GENERATION_NANOS);
    of("c");
    of("d");
    of("e");

    assertThat(of("a")).isEqualTo(HeaderCardinality.OTHERS);
    assertThat(of("b")).isEqualTo("b");
  }

  private String of(String value) {
    return values.bounded("acme", "x-key", value);
  }
}
