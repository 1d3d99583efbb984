package dev.deployclaw.policy.decision;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * A picture of what one limit admits of a steady client with two bursts, second by second, as the
 * reference model decides it.
 *
 * @param lasts how long an admitted request is under way, in seconds
 */
record AdmissionPlot(String name, String title, LimitRule rule, long lasts) {
  private static final int SECONDS = 60;
  private static final int STEADY = 1;
  private static final int BURST = 12;
  private static final List<Integer> BURSTS = List.of(6, 27);
  private static final long SECOND = 1_000_000;
  private static final long START = 1_800_000_000L * SECOND;

  private static final int LEFT = 28;
  private static final int BAR = 10;
  private static final int UNIT = 7;
  private static final int TOP = 26;
  private static final int BOTTOM = TOP + (STEADY + BURST) * UNIT;

  private record Seconds(long[] admitted, long[] refused) {}

  private record End(long at, String id) {}

  String svg() {
    var seen = played();
    var out = new StringBuilder();
    int width = LEFT + SECONDS * BAR + 12;
    int height = BOTTOM + 34;
    out.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            .formatted(width, height, width, height));
    out.append(" font-family=\"sans-serif\" font-size=\"11\">\n");
    line(out, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>".formatted(width, height));
    text(out, LEFT, 15, title);
    for (int n = 0; n <= STEADY + BURST; n += 4) {
      int y = BOTTOM - n * UNIT;
      line(
          out,
          "<path d=\"M%d %dH%d\" stroke=\"#d0d0d0\"/>".formatted(LEFT, y, LEFT + SECONDS * BAR));
      text(out, 8, y + 4, Integer.toString(n));
    }
    for (int s = 0; s < SECONDS; s++) {
      bar(out, s, 0, seen.admitted()[s], "#1f6f8b");
      bar(out, s, seen.admitted()[s], seen.refused()[s], "#e8a598");
    }
    for (int s = 0; s <= SECONDS; s += 10) {
      text(out, LEFT + s * BAR - 4, BOTTOM + 14, s + "s");
    }
    text(out, LEFT, BOTTOM + 29, "requests a second: admitted (dark) and refused (light)");
    return out.append("</svg>\n").toString();
  }

  private Seconds played() {
    var seen = new Seconds(new long[SECONDS], new long[SECONDS]);
    Map<String, LimitCounter> counters = new HashMap<>();
    var ends = new PriorityQueue<End>((a, b) -> Long.compare(a.at(), b.at()));
    for (int s = 0; s < SECONDS; s++) {
      int requests = STEADY + (BURSTS.contains(s) ? BURST : 0);
      for (int n = 0; n < requests; n++) {
        long now = START + s * SECOND + n * SECOND / requests;
        while (!ends.isEmpty() && ends.peek().at() <= now) {
          ReferenceModel.release(counters, name, ends.remove().id());
        }
        String lease = s + "-" + n;
        var ask = new AdmissionRequest(false, List.of(new CounterCharge(name, rule, 1)), 1, lease);
        if (ReferenceModel.decide(counters, ask, now).allowed()) {
          seen.admitted()[s]++;
          ends.add(new End(now + lasts * SECOND, AdmittedUnits.id(1, lease, 0)));
        } else {
          seen.refused()[s]++;
        }
      }
    }
    return seen;
  }

  private static void bar(StringBuilder out, int second, long from, long height, String colour) {
    if (height > 0) {
      line(
          out,
          "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>"
              .formatted(
                  LEFT + second * BAR + 1,
                  BOTTOM - (from + height) * UNIT,
                  BAR - 2,
                  height * UNIT,
                  colour));
    }
  }

  private static void text(StringBuilder out, int x, int y, String text) {
    line(out, "<text x=\"%d\" y=\"%d\" fill=\"#333333\">%s</text>".formatted(x, y, text));
  }

  private static void line(StringBuilder out, String line) {
    out.append(line).append('\n');
  }
}
