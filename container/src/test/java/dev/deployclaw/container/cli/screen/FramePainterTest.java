package dev.deployclaw.container.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.screen.ScreenFrame.Line;
import dev.deployclaw.container.cli.screen.ScreenFrame.Look;
import dev.deployclaw.container.config.secret.SecretRegistry;
import java.util.List;
import java.util.stream.IntStream;
import org.jline.utils.ScreenTerminal;
import org.junit.jupiter.api.Test;

class FramePainterTest {
  private static final String EVIL =
      "x\n\u001b[1A\u001b[2Kwiped\u001b[8m \u009b2J \u202e \r\u0007y";

  @Test
  void aFrameIsNeitherWiderNorHigherThanTheTerminal() {
    var frame = frame(true, "日本語のテナント ".repeat(9), EVIL, "short");

    for (int columns : new int[] {1, 2, 7, 20, 80}) {
      for (int height : new int[] {1, 2, 3, 10}) {
        var painted = new FramePainter(true).paint(frame, ScrollWindow.LAST, columns, height);
        String plain = painted.screen().replaceAll("\u001b\\[[0-9]*[A-Za-z]", "");

        assertThat(plain).doesNotContain("\u001b", "\u202e", "\u0007", "\u009b");
        assertThat(plain.split("\r\n", -1)).hasSizeLessThanOrEqualTo(height);
        assertThat(plain.split("\r\n", -1))
            .allMatch(line -> TerminalColumns.width(line) <= columns || columns < 2);
      }
    }
  }

  @Test
  void aLongLineGoesOnBetweenWordsAsFarIn() {
    String text = "   two words and " + "x".repeat(30) + " end";

    assertThat(TerminalColumns.folded(text, 16, false))
        .containsExactly(
            "   two words and", "   " + "x".repeat(13), "   " + "x".repeat(13), "   xxxx end");
    assertThat(TerminalColumns.folded(text, 16, true))
        .containsExactly("   two words and", "   " + "x".repeat(30), "   end");
    assertThat(
            TerminalColumns.folded(
                "Phases      open 1 ms, plan 400.5 ms, stage 333.5 ms", 48, true))
        .containsExactly("Phases      open 1 ms, plan 400.5 ms, stage", "            333.5 ms");
    for (String odd :
        List.of("", " ".repeat(40), "\u0301".repeat(40), "日", "\ud83d\ude00 ".repeat(9))) {
      for (int columns = 1; columns < 9; columns++) {
        assertThat(String.join("", TerminalColumns.folded(odd, columns, false)).replace(" ", ""))
            .isEqualTo(odd.replace(" ", ""));
        assertThat(String.join("", TerminalColumns.folded(odd, columns, true)).replace(" ", ""))
            .isEqualTo(odd.replace(" ", ""));
      }
    }
  }

  @Test
  void aSecretIsHiddenBeforeItsLineIsCut() {
    SecretRegistry.learn("correct-horse-battery");

    var painted =
        new FramePainter(false)
            .paint(frame(false, "key correct-horse-battery"), ScrollWindow.FIRST, 14, 5);

    assertThat(painted.screen()).doesNotContain("correct");
  }

  @Test
  void aSmallerFrameLeavesNothingOfTheOneBefore() {
    var seen = new ScreenTerminal(20, 6);
    var painter = new FramePainter(true);
    var long20 = IntStream.range(0, 20).mapToObj(i -> "line " + i + " xxxxxxxxxx");
    seen.write(
        painter
            .paint(frame(false, long20.toArray(String[]::new)), ScrollWindow.FIRST, 20, 6)
            .screen());
    seen.write(painter.paint(frame(false, "one"), ScrollWindow.FIRST, 20, 6).screen());

    assertThat(seen.toString()).contains("title", "one", "keys").doesNotContain("line", "x");
  }

  @Test
  void aWindowMovesWithinItsTextAndIsPinnedAtItsEnd() {
    var end = ScrollWindow.LAST;

    assertThat(end.over(30, 10).top()).isEqualTo(20);
    var up = end.moved(ScreenKey.Move.UP, 30, 10);
    assertThat(up).isEqualTo(new ScrollWindow(19, false));
    assertThat(up.over(40, 10).top()).isEqualTo(19);
    assertThat(up.moved(ScreenKey.Move.PAGE_UP, 30, 10).top()).isEqualTo(9);
    assertThat(up.moved(ScreenKey.Move.DOWN, 30, 10).pinned()).isTrue();
    assertThat(up.moved(ScreenKey.Move.FIRST, 30, 10)).isEqualTo(ScrollWindow.FIRST);
    assertThat(up.moved(ScreenKey.Move.LAST, 30, 10).over(50, 10).top()).isEqualTo(40);
    assertThat(ScrollWindow.FIRST.moved(ScreenKey.Move.UP, 3, 10).top()).isZero();
    assertThat(ScrollWindow.FIRST.over(3, 10).top()).isZero();
  }

  private static ScreenFrame frame(boolean wraps, String... text) {
    return new ScreenFrame(
        List.of(Line.title("title")),
        List.of(text).stream().map(t -> new Line(t, Look.BAD)).toList(),
        "keys",
        wraps);
  }
}
