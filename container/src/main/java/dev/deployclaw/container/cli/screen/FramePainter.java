package dev.deployclaw.container.cli.screen;

import dev.deployclaw.container.cli.screen.ScreenFrame.Line;
import dev.deployclaw.container.cli.screen.ScreenFrame.Look;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Frames as text for a terminal (ECMA-48), never wider or higher than it is. A secret is hidden
 * before a line is cut: a part of one would be known as none.
 *
 * @param colour whether lines have their look
 */
record FramePainter(boolean colour) {
  private static final String HOME = "\u001b[H";
  private static final String END_LINE = "\u001b[K";
  private static final String END_SCREEN = "\u001b[J";
  private static final String PLAIN = "\u001b[0m";

  /** A frame as it fits, and where its text is. */
  record Painted(String screen, ScrollWindow window, int lines, int rows) {}

  Painted paint(ScreenFrame frame, ScrollWindow window, int columns, int height) {
    var head = frame.head().stream().map(line -> fitted(line, columns)).toList();
    var text =
        frame.wraps()
            ? frame.text().stream().flatMap(line -> wrapped(line, columns)).toList()
            : frame.text();
    int top = Math.min(head.size(), Math.max(0, height - 2));
    int rows = Math.max(0, height - top - 1);
    var shown = window.over(text.size(), rows);
    var out = new ArrayList<Line>(head.subList(0, top));
    var seen = text.subList(shown.top(), Math.min(text.size(), shown.top() + rows));
    out.addAll(frame.wraps() ? seen : seen.stream().map(line -> fitted(line, columns)).toList());
    while (out.size() < height - 1) {
      out.add(Line.plain(""));
    }
    out.add(fitted(Line.title(place(frame.keys(), shown.top(), text.size(), rows)), columns));
    return new Painted(screen(out), shown, text.size(), rows);
  }

  private static Stream<Line> wrapped(Line line, int columns) {
    return TerminalColumns.folded(safe(line.text()), columns, false).stream()
        .map(part -> new Line(part, line.look()));
  }

  private static Line fitted(Line line, int columns) {
    return new Line(TerminalColumns.cut(safe(line.text()), columns), line.look());
  }

  private static String safe(String text) {
    return SecretRegistry.hidden(TerminalSafeText.line(text));
  }

  private static String place(String keys, int top, int lines, int rows) {
    return lines <= rows
        ? keys
        : "%d-%d of %d  %s".formatted(top + 1, Math.min(lines, top + rows), lines, keys);
  }

  private String screen(List<Line> lines) {
    var out = new StringBuilder(HOME);
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i);
      boolean painted = colour && line.look() != Look.PLAIN;
      out.append(painted ? line.look().code() + line.text() + PLAIN : line.text());
      out.append(END_LINE).append(i < lines.size() - 1 ? "\r\n" : "");
    }
    return out.append(END_SCREEN).toString();
  }
}
