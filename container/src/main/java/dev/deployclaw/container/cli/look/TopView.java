package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.screen.ScreenFrame.Line;
import dev.deployclaw.container.cli.screen.ScreenFrame.Look;
import dev.deployclaw.container.cli.screen.TerminalColumns;
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

/**
 * Shows the limits of which most is used.
 *
 * @param most limits that are shown
 */
public record TopView(CommandEnvironment around, Order order, int most) {
  private static final int LONGEST_NAME = 40;

  /** Of a table. */
  static final int HEAD_LINES = 2;

  private static final int SHORTEST_NAME = 8;

  /** Columns of a line's figures, and of the gaps behind its names. */
  private static final int FIGURES = 45;

  /** What a narrow table does without. */
  private static final String COUNTERS = " COUNTERS";

  /** Percent of a limit. */
  private static final int NEARLY_FULL = 90;

  private static final double SECOND = 1e6;

  /** What the first is first by. */
  public enum Order {
    USED,
    REFUSED,
    ALLOWED;

    static Optional<Order> ofWord(String word) {
      return Arrays.stream(values()).filter(o -> o.word().equals(word)).findFirst();
    }

    static Optional<Order> ofLetter(char letter) {
      return Arrays.stream(values()).filter(o -> o.word().charAt(0) == letter).findFirst();
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
    around.json(document(answer));
    return tell(answer);
  }

  /** As a table of lines. */
  public int show(LimitUsageReport answer) {
    if (answer.exit() == ExitCode.OK) {
      var uses = first(answer);
      var lines =
          around.display().asks()
              ? fitted(answer, around.columns())
              : table(answer, uses, NameColumns.of(uses), true);
      lines.forEach(line -> around.say(line.text()));
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

  /**
   * The table as a terminal shows it.
   *
   * @param columns of the terminal: names that don't fit are cut
   */
  List<Line> fitted(LimitUsageReport answer, int columns) {
    var uses = first(answer);
    boolean wide = columns >= FIGURES + 2 * SHORTEST_NAME;
    int room = columns - FIGURES + (wide ? 0 : COUNTERS.length());
    return table(answer, uses, NameColumns.of(uses).within(room), wide);
  }

  private List<Line> table(
      LimitUsageReport answer, List<Use> uses, NameColumns names, boolean wide) {
    var out = new ArrayList<Line>();
    out.add(
        Line.plain(
            "epoch %d, by %s; allowed and refused over the last %.1f s"
                .formatted(answer.epoch(), order.word(), answer.windowMicros() / SECOND)));
    out.add(
        Line.title(
            names.line("TENANT", "LIMIT")
                + "%4s %11s%s %7s %7s"
                    .formatted("USED", "FULLEST", wide ? COUNTERS : "", "ALLOWED", "REFUSED")));
    for (var use : uses) {
      String figures =
          "%3d%% %11s%s %7d %7d"
              .formatted(
                  use.percent(),
                  use.used() + "/" + use.capacity(),
                  wide ? " %8d".formatted(use.counters()) : "",
                  use.allowed(),
                  use.refused());
      out.add(new Line(names.line(use.tenant(), limit(use)) + figures, look(use)));
    }
    answer.leases().forEach(l -> out.add(Line.plain(leases(l))));
    answer.gaps().forEach(g -> out.add(new Line("not measured: " + g, Look.WARNING)));
    return out;
  }

  private static Look look(Use use) {
    if (use.refused() > 0) {
      return Look.BAD;
    }
    return use.percent() >= NEARLY_FULL ? Look.WARNING : Look.PLAIN;
  }

  private static String leases(ServiceLeases of) {
    return "leases of %s: %d with %d unused requests; %d%% of %d requests needed no call to Redis"
        .formatted(of.service(), of.held(), of.inHand(), of.hitPercent(), of.requests());
  }

  private static String limit(Use use) {
    return use.limit().isEmpty() ? "(blocked)" : use.limit();
  }

  /**
   * The widths of the names' columns, in columns of a terminal.
   *
   * @param cuts whether longer names are cut; else they move their own line only
   */
  private record NameColumns(int tenant, int limit, boolean cuts) {
    static NameColumns of(List<Use> uses) {
      return new NameColumns(
          width("TENANT", uses, Use::tenant), width("LIMIT", uses, TopView::limit), false);
    }

    private static int width(String head, List<Use> uses, Function<Use, String> cell) {
      int longest =
          uses.stream()
              .map(cell)
              .mapToInt(name -> TerminalColumns.width(TerminalSafeText.line(name)))
              .max()
              .orElse(0);
      return Math.clamp(longest, head.length(), LONGEST_NAME);
    }

    /** No wider together than there is room for; the wider one gives way first. */
    NameColumns within(int room) {
      int half = Math.max(SHORTEST_NAME, room / 2);
      int first = Math.min(tenant, Math.max(half, room - limit));
      return new NameColumns(first, Math.min(limit, Math.max(SHORTEST_NAME, room - first)), true);
    }

    String line(String tenantName, String limitName) {
      return cell(tenantName, tenant) + cell(limitName, limit);
    }

    private String cell(String name, int columns) {
      String safe = TerminalSafeText.line(name);
      String shown = cuts ? TerminalColumns.cut(safe, columns) : safe;
      return shown + " ".repeat(Math.max(0, columns - TerminalColumns.width(shown)) + 2);
    }
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
      out.put("leases", answer.leases());
    }
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
