package dev.deployclaw.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8BufferTest {
  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        9,
        10,
        99,
        100,
        60_000_000,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE + 1L,
        2_592_000_000_000L,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE
      })
  void writesNumbersAsTheyAreRead(long number) {
    assertThat(new Utf8Buffer().add(number)).hasToString(Long.toString(number));
  }

  @Test
  void joinsTextsOfAnyKind() {
    var text = new Utf8Buffer().add("é").add(':').add(new Utf8Buffer().add(7)).add('\r', '\n');

    assertThat(text).hasToString("é:7\r\n");
    assertThat(text.length()).isEqualTo(6);
    assertThat(text.add("ascii, then é and 漢")).hasToString("é:7\r\nascii, then é and 漢");
  }

  @Test
  void growsAndIsUsedAgain() {
    var text = new Utf8Buffer();
    for (int i = 0; i < 1_000; i++) {
      text.add("0123456789");
    }

    assertThat(text).hasToString("0123456789".repeat(1_000));
    assertThat(text.clear().add("x")).hasToString("x");
  }

  @Test
  void refusesNegativeNumbers() {
    assertThatThrownBy(() -> new Utf8Buffer().add(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
