package dev.deployclaw.executors.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkTest {
  @Test
  void isReadBackWithAndWithoutAStep() {
    assertThat(new Mark(3, 7).text()).isEqualTo("3 7");
    assertThat(Mark.parse("3 7")).isEqualTo(new Mark(3, 7));
    assertThat(Mark.parse(new Mark(3, 7, 2).text())).isEqualTo(new Mark(3, 7, 2));
    assertThat(Mark.parse("3 7 x")).isEqualTo(Mark.NOBODY);
  }

  @Test
  void onlyGrows() {
    var standing = new Mark(3, 7, 2);

    assertThat(new Mark(3, 7, 2).refusedBy(standing)).isEmpty();
    assertThat(new Mark(3, 7, 3).refusedBy(standing)).isEmpty();
    assertThat(new Mark(3, 8).refusedBy(standing)).isEmpty();
    assertThat(new Mark(3, 7, 1).refusedBy(standing)).isPresent();
    assertThat(new Mark(4, 7).refusedBy(standing)).isPresent();
    assertThat(new Mark(3, 6, 9).refusedBy(standing)).isPresent();
    assertThat(new Mark(2, 9).refusedBy(standing)).isPresent();
  }
}
