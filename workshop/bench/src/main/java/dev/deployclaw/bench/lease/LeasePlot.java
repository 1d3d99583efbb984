package dev.deployclaw.bench.lease;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Redis CPU of each decision as bars, in microseconds. SVG written out: a library for charts would
 * bring fonts and AWT for fifty rectangles.
 */
final class LeasePlot {
  private static final int LEFT = 180;
  private static final int TOP = 40;
  private static final int ROW = 16;
  private static final int WIDTH = 380;
  private static final double NANOS = 1_000.0;

  private LeasePlot() {}

  static String svg(List<LeaseFigures> figures) {
    long most = figures.stream().mapToLong(LeasePlot::redisNanos).max().orElse(1);
    String bars =
        IntStream.range(0, figures.size())
            .mapToObj(i -> bar(figures.get(i), TOP + i * ROW, most))
            .collect(Collectors.joining());
    int height = TOP + figures.size() * ROW + 10;
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 %1$d" width="620" height="%1$d" font-family="sans-serif" font-size="11" fill="#333333">
    <rect width="620" height="%1$d" fill="#ffffff"/>
    <text x="8" y="20">Redis CPU of each decision, µs, by algorithm and number of services</text>
    %2$s</svg>
    """
        .formatted(height, bars);
  }

  private static String bar(LeaseFigures figures, int top, long most) {
    long nanos = redisNanos(figures);
    long width = Math.max(1, nanos * WIDTH / Math.max(1, most));
    return String.format(
        Locale.ROOT,
        """
        <text x="8" y="%d">%s, %d</text><rect x="%d" y="%d" width="%d" height="12" fill="%s"/><text x="%d" y="%1$d">%.2f</text>
        """,
        top + 10,
        figures.title(),
        figures.instances(),
        LEFT,
        top,
        width,
        figures.sample().leased() ? "#4f8a3c" : "#1f6f8b",
        LEFT + width + 6,
        nanos / NANOS);
  }

  private static long redisNanos(LeaseFigures figures) {
    return figures.wide().redis().median();
  }
}
