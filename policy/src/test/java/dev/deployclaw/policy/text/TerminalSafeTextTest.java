package dev.deployclaw.policy.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalSafeTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "umbrella search: requests 300 -> 600",
        "  the space before and  between stays ",
        "Zürich, 日本語, عربي, 👩‍💻 and a non\u00a0breaking space",
      })
  void leavesWhatIsOneLineAsItIs(String text) {
    assertThat(TerminalSafeText.line(text)).isSameAs(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "line feed           | 000a",
        "carriage return     | 000d",
        "tabulator           | 0009",
        "backspace           | 0008",
        "escape              | 001b",
        "delete              | 007f",
        "next line           | 0085",
        "control sequence    | 009b",
        "string terminator   | 009c",
        "line separator      | 2028",
        "paragraph separator | 2029",
        "embedding           | 202a",
        "override            | 202e",
        "isolate             | 2066",
        "end of isolate      | 2069",
        "left to right       | 200e",
        "right to left       | 200f",
        "arabic letter mark  | 061c",
      })
  void putsASpaceInPlaceOf(String what, String code) {
    char c = (char) Integer.parseInt(code, 16);

    assertThat(TerminalSafeText.line("a" + c + "b")).as(what).isEqualTo("a b");
    assertThat(TerminalSafeText.line(c + "b" + c)).as(what).isEqualTo(" b ");
    assertThat(TerminalSafeText.line("a " + c + c + "  " + c + " b")).as(what).isEqualTo("a b");
  }

  @Test
  void keepsWhatALineBeginsWith() {
    assertThat(TerminalSafeText.line("     \u001b[2Jwiped")).isEqualTo("     [2Jwiped");
  }

  @Test
  void changesNothingTwice() {
    var all = new StringBuilder();
    for (char c = 0; c < 0x3000; c++) {
      all.append(c);
    }

    String once = TerminalSafeText.line(all.toString());

    assertThat(TerminalSafeText.line(once)).isSameAs(once);
    assertThat(once).matches("[\\P{Cntrl}&&[^\\u0080-\\u009f\\u2028\\u2029\\u202a-\\u202e]]*");
  }
}
