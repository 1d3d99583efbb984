package dev.deployclaw.container.cli;

import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.runtime.UsageAnswer;
import dev.deployclaw.core.runtime.UsageAnswer.Use;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Shows the limits of which most is used. */
final class TopView {
  /** Home, and all below cleared (ECMA-48). */
  private static final String CLEAR = "\u001b[H\u001b[J";

  private static final double SECOND = 1e6;

  private final Surroundings around;
  private final Order order;
  private final int most;

  /**
   * @param most limits that are shown
   */
  TopView(Surroundings around, Order order, int most) {
    this.around = around;
    this.order = order;
    this.most = most;
  }

  /** What the first is first by. */
  enum Order {
    USED,
    REFUSED,
    ALLOWED;

    static Optional<Order> ofWord(String word) {
      return Arrays.stream(values()).filter(o -> o.word().equals(word)).findFirst();
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    long of(Use use) {
      return switch (this) {
        case USED -> use.percent();
        case REFUSED -> use.refused();
        case ALLOWED -> use.allowed();
      };
    }
  }

  int json(UsageAnswer answer) {
    around.out().println(Json.text(document(answer)));
    return tell(answer);
  }

  /**
   * @param live whether it takes the place of the one before, where that is a terminal
   */
  int show(UsageAnswer answer, boolean live) {
    if (answer.exit() == ExitCode.OK) {
      if (live && around.colour()) {
        around.out().print(CLEAR);
      }
      print(answer);
    }
    return tell(answer);
  }

  private int tell(UsageAnswer answer) {
    if (answer.exit() != ExitCode.OK) {
      around
          .err()
          .println("deployclaw: " + answer.reason() + "; make it reachable, then ask again");
    }
    return answer.exit().code();
  }

  private List<Use> first(UsageAnswer answer) {
    return answer.uses().stream()
        .sorted(
            Comparator.comparingLong(order::of)
                .reversed()
                .thenComparing(Use::tenant)
                .thenComparing(Use::limit))
        .limit(most)
        .toList();
  }

  private void print(UsageAnswer answer) {
    var out = around.out();
    out.printf(
        "epoch %d, by %s; used: what the fullest counter holds now; allowed and refused: over the"
            + " last %.1f s%n",
        answer.epoch(), order.word(), answer.windowMicros() / SECOND);
    out.printf(
        "%-24s %-16s %5s %14s %8s %8s %8s%n",
        "TENANT", "LIMIT", "USED", "OF", "COUNTERS", "ALLOWED", "REFUSED");
    for (var use : first(answer)) {
      out.printf(
          "%-24s %-16s %4d%% %14s %8d %8d %8d%n",
          use.tenant(),
          use.limit().isEmpty() ? "(blocked)" : use.limit(),
          use.percent(),
          use.used() + "/" + use.capacity(),
          use.counters(),
          use.allowed(),
          use.refused());
    }
    answer.gaps().forEach(g -> out.println("not measured: " + g));
  }

  private Map<String, Object> document(UsageAnswer answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", answer.epoch());
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    out.put("by", order.word());
    out.put("window_seconds", answer.windowMicros() / SECOND);
    out.put("limits", first(answer).stream().map(TopView::use).toList());
    out.put("not_measured", answer.gaps());
    return out;
  }

  private static Map<String, Object> use(Use use) {
    var out = new LinkedHashMap<String, Object>();
    out.put("tenant", use.tenant());
    out.put("limit", use.limit());
    out.put("used_percent", use.percent());
    out.put("used", use.used());
    out.put("capacity", use.capacity());
    out.put("counters", use.counters());
    out.put("allowed", use.allowed());
    out.put("refused", use.refused());
    return out;
  }
}
