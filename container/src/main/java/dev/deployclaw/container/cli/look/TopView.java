package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.core.query.LimitUsageReport;
import dev.deployclaw.core.query.LimitUsageReport.ServiceLeases;
import dev.deployclaw.core.query.LimitUsageReport.Use;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Shows the limits of which most is used. */
public final class TopView {
  /** To the upper left; the rest of the line, and of the screen, cleared (ECMA-48). */
  private static final String HOME = "\u001b[H";

  private static final String END_LINE = "\u001b[K\n";
  private static final String END_SCREEN = "\u001b[J";
  private static final int LONGEST_NAME = 40;

  private static final String HEADS = "%4s %11s %8s %7s %7s";
  private static final String CELLS = "%3d%% %11s %8d %7d %7d";
  private static final double SECOND = 1e6;

  private final CommandEnvironment around;
  private final Order order;
  private final int most;

  /**
   * @param most limits that are shown
   */
  public TopView(CommandEnvironment around, Order order, int most) {
    this.around = around;
    this.order = order;
    this.most = most;
  }

  /** What the first is first by. */
  public enum Order {
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

  int json(LimitUsageReport answer) {
    around.out().println(JsonOutput.text(document(answer)));
    return tell(answer);
  }

  /**
   * @param live whether it takes the place of the one before
   */
  public int show(LimitUsageReport answer, boolean live) {
    if (answer.exit() == ExitCode.OK) {
      if (live && around.display().live()) {
        around.out().print(frame(answer));
      } else {
        table(answer).forEach(around::say);
        around.out().print(live ? "\n" : "");
      }
    }
    return tell(answer);
  }

  private int tell(LimitUsageReport answer) {
    if (answer.exit() != ExitCode.OK) {
      around.warn("deployclaw: " + answer.reason() + "; make it reachable, then ask again");
    }
    return answer.exit().code();
  }

  private List<Use> first(LimitUsageReport answer) {
    return answer.uses().stream()
        .sorted(
            Comparator.comparingLong(order::of)
                .reversed()
                .thenComparing(Use::tenant)
                .thenComparing(Use::limit))
        .limit(most)
        .toList();
  }

  /** In one piece, over the one before. */
  private String frame(LimitUsageReport answer) {
    return table(answer).stream()
        .map(line -> TerminalSafeText.line(line) + END_LINE)
        .collect(Collectors.joining("", HOME, END_SCREEN));
  }

  private List<String> table(LimitUsageReport answer) {
    var uses = first(answer);
    String names =
        "%%-%ds  %%-%ds  "
            .formatted(width("TENANT", uses, Use::tenant), width("LIMIT", uses, TopView::limit));
    var out = new ArrayList<String>();
    out.add(
        "epoch %d, by %s; allowed and refused over the last %.1f s"
            .formatted(answer.epoch(), order.word(), answer.windowMicros() / SECOND));
    out.add(
        (names + HEADS)
            .formatted("TENANT", "LIMIT", "USED", "FULLEST", "COUNTERS", "ALLOWED", "REFUSED"));
    for (var use : uses) {
      out.add(
          (names + CELLS)
              .formatted(
                  use.tenant(),
                  limit(use),
                  use.percent(),
                  use.used() + "/" + use.capacity(),
                  use.counters(),
                  use.allowed(),
                  use.refused()));
    }
    answer.leases().forEach(l -> out.add(leases(l)));
    answer.gaps().forEach(g -> out.add("not measured: " + g));
    return out;
  }

  private static String leases(ServiceLeases of) {
    return "leases of %s: %d with %d requests in hand; %d%% of %d requests without a call"
        .formatted(of.service(), of.held(), of.inHand(), of.hitPercent(), of.requests());
  }

  private static String limit(Use use) {
    return use.limit().isEmpty() ? "(blocked)" : use.limit();
  }

  /** As wide as the longest needs; a longer one than that moves its own line only. */
  private static int width(String head, List<Use> uses, Function<Use, String> cell) {
    int longest = uses.stream().mapToInt(u -> cell.apply(u).length()).max().orElse(0);
    return Math.clamp(longest, head.length(), LONGEST_NAME);
  }

  private Map<String, Object> document(LimitUsageReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", answer.epoch());
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    out.put("by", order.word());
    out.put("window_seconds", answer.windowMicros() / SECOND);
    out.put("limits", first(answer).stream().map(TopView::use).toList());
    if (!answer.leases().isEmpty()) {
      out.put("leases", answer.leases().stream().map(TopView::document).toList());
    }
    out.put("not_measured", answer.gaps());
    return out;
  }

  private static Map<String, Object> document(ServiceLeases leases) {
    var out = new LinkedHashMap<String, Object>();
    out.put("service", leases.service());
    out.put("held", leases.held());
    out.put("in_hand", leases.inHand());
    out.put("requests", leases.requests());
    out.put("from_memory", leases.fromMemory());
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
