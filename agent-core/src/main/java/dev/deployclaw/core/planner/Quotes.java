package dev.deployclaw.core.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What stands between quotation marks in a text, in characters. Immutable. */
record Quotes(List<Span> spans) {
  private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»");

  Quotes {
    spans = List.copyOf(spans);
  }

  /**
   * @param from the opening mark
   * @param to one past the closing one
   */
  record Span(int from, int to) {
    boolean holds(Item item) {
      return item.from() >= from && item.to() <= to;
    }
  }

  static Quotes of(String text) {
    var spans = new ArrayList<Span>();
    var matcher = QUOTED.matcher(text);
    while (matcher.find()) {
      spans.add(new Span(matcher.start(), matcher.end()));
    }
    return new Quotes(spans);
  }

  boolean hold(Item item) {
    return spans.stream().anyMatch(s -> s.holds(item));
  }
}
