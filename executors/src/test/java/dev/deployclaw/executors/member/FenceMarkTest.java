package dev.deployclaw.executors.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FenceMarkTest {
  @Test
  void isReadBackWithAndWithoutAStep() {
    assertThat(new FenceMark(3, 7).text()).isEqualTo("3 7");
    assertThat(FenceMark.parse("3 7")).isEqualTo(new FenceMark(3, 7));
    assertThat(FenceMark.parse(new FenceMark(3, 7, 2).text())).isEqualTo(new FenceMark(3, 7, 2));
    assertThat(FenceMark.parse("3 7 x")).isEqualTo(FenceMark.NOBODY);
  }

  @Test
  void onlyGrows() {
    var standing = new FenceMark(3, 7, 2);

    assertThat(new FenceMark(3, 7, 2).refusedBy(standing)).isEmpty();
    assertThat(new FenceMark(3, 7, 3).refusedBy(standing)).isEmpty();
    assertThat(new FenceMark(3, 8).refusedBy(standing)).isEmpty();
    assertThat(new FenceMark(3, 7, 1).refusedBy(standing)).isPresent();
    assertThat(new FenceMark(4, 7).refusedBy(standing)).isPresent();
    assertThat(new FenceMark(3, 6, 9).refusedBy(standing)).isPresent();
    assertThat(new FenceMark(2, 9).refusedBy(standing)).isPresent();
  }
}
