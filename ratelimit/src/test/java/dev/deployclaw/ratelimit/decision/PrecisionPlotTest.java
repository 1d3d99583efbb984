package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * The plot of the page on precision shows how large leases are. {@code -Dplots.write} draws it
 * again, after a change that is meant.
 */
class PrecisionPlotTest {
  private static final Path FILE = Path.of("..", "docs", "concepts", "plots", "precision.svg");
  private static final List<Duration> LEASES =
      List.of(Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofSeconds(1));
  private static final List<String> COLOURS = List.of("#c0504d", "#1f6f8b", "#4f8a3c");

  /** So much is left that a lease is as large as the rate makes it. */
  private static final long FAR_FROM_THE_LIMIT = Long.MAX_VALUE;

  private static final long SECOND = 1_000_000_000L;
  private static final int DECADES = 4;
  private static final int STEPS = 10;
  private static final int LEFT = 46;
  private static final int WIDTH = 500;
  private static final int TOP = 26;
  private static final int HEIGHT = 160;

  @Test
  void thePageShowsHowLargeLeasesAre() throws Exception {
    String svg = svg();
    if (System.getProperty("plots.write") != null) {
      Files.writeString(FILE, svg);
    }

    assertThat(Files.readString(FILE, StandardCharsets.UTF_8))
        .as(FILE + " differs from the service: draw it again with -Dplots.write")
        .isEqualTo(svg);
  }

  @Test
  void aLeaseSavesNothingWhereRequestsAreRare() {
    assertThat(requestsACall(10, Duration.ofMillis(10))).isOne();
    assertThat(requestsACall(10_000, Duration.ofSeconds(1))).isGreaterThan(1_000);
  }

  /** How many requests one call to Redis is for, at a steady rate. */
  private static long requestsACall(long perSecond, Duration lease) {
    var size = new LeaseSize(lease.toNanos(), 0);
    long requests = Math.max(200, 8 * perSecond * lease.toNanos() / SECOND);
    long now = 0;
    for (long i = 1; i <= requests; i++) {
      now = i * SECOND / perSecond;
      size.count(now);
    }
    size.told(FAR_FROM_THE_LIMIT, 0, now);
    return size.next(lease.toNanos(), now);
  }

  private static String svg() {
    int width = LEFT + WIDTH + 110;
    int height = TOP + HEIGHT + 48;
    var out = new StringBuilder();
    out.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            .formatted(width, height, width, height));
    out.append(" font-family=\"sans-serif\" font-size=\"11\">\n");
    line(out, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>".formatted(width, height));
    text(out, LEFT, 15, "Redis calls for each request, by the length of a lease");
    for (int percent = 0; percent <= 100; percent += 25) {
      int y = TOP + HEIGHT - percent * HEIGHT / 100;
      line(out, "<path d=\"M%d %dH%d\" stroke=\"#d0d0d0\"/>".formatted(LEFT, y, LEFT + WIDTH));
      text(out, 8, y + 4, percent + "%");
    }
    for (int decade = 0; decade <= DECADES; decade++) {
      text(
          out,
          LEFT + decade * WIDTH / DECADES - 8,
          TOP + HEIGHT + 16,
          String.format(Locale.ROOT, "%,d", power(decade)));
    }
    text(out, LEFT, TOP + HEIGHT + 36, "requests a second for one counter at one service");
    for (int i = 0; i < LEASES.size(); i++) {
      curve(out, LEASES.get(i), COLOURS.get(i), i);
    }
    return out.append("</svg>\n").toString();
  }

  private static void curve(StringBuilder out, Duration lease, String colour, int number) {
    var points = new StringBuilder();
    for (int step = 0; step <= DECADES * STEPS; step++) {
      long rate = Math.round(Math.pow(10, (double) step / STEPS));
      long percent = 100 * 100 / requestsACall(rate, lease);
      points
          .append(points.isEmpty() ? "" : " ")
          .append(LEFT + step * WIDTH / (DECADES * STEPS))
          .append(',')
          .append(TOP + HEIGHT - percent * HEIGHT / 10_000);
    }
    line(
        out,
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
            .formatted(points, colour));
    int y = TOP + 14 + number * 18;
    line(
        out,
        "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/>"
            .formatted(LEFT + WIDTH + 16, y - 9, colour));
    text(out, LEFT + WIDTH + 32, y, lease.toMillis() + " ms");
  }

  private static long power(int decade) {
    return Math.round(Math.pow(10, decade));
  }

  private static void text(StringBuilder out, int x, int y, String text) {
    line(out, "<text x=\"%d\" y=\"%d\" fill=\"#333333\">%s</text>".formatted(x, y, text));
  }

  private static void line(StringBuilder out, String line) {
    out.append(line).append('\n');
  }
}
