package dev.deployclaw.container.cli.plan;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.language.evaluation.EvaluatedCase;
import dev.deployclaw.core.language.evaluation.EvaluationTable;
import dev.deployclaw.core.language.evaluation.EvaluationTable.Row;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Shows how well requests were understood. */
record EvaluationView(CommandEnvironment around, Path file, Optional<TokenPrice> price) {
  private static final String HEADS = "%-12s %8s %7s %9s %7s %7s %7s %7s %7s %7s %7s";
  private static final double MILLI = 1e6;
  private static final int MEDIAN = 50;
  private static final int TAIL = 99;

  /** What a million tokens cost, in no currency. */
  record TokenPrice(BigDecimal in, BigDecimal out) {
    private static final Pattern FORM =
        Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)/(\\d{1,9}(?:\\.\\d{1,9})?)");
    private static final int MILLION = 6;

    static Optional<TokenPrice> of(String text) throws SetupException {
      var match = FORM.matcher(text);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      if (!match.matches()) {
        throw new SetupException("--price: \"" + text + "\" is not IN/OUT, as 3/15");
      }
      return Optional.of(
          new TokenPrice(new BigDecimal(match.group(1)), new BigDecimal(match.group(2))));
    }

    BigDecimal cost(EvaluationTable table) {
      return in.multiply(BigDecimal.valueOf(table.sum("input_tokens")))
          .add(out.multiply(BigDecimal.valueOf(table.sum("output_tokens"))))
          .movePointLeft(MILLION)
          .stripTrailingZeros();
    }
  }

  void show(EvaluationTable table, String name, boolean json) {
    if (json) {
      around.json(document(table, name));
    } else {
      print(table, name);
    }
  }

  private Map<String, Object> document(EvaluationTable table, String name) {
    var out = new LinkedHashMap<String, Object>();
    out.put("answered_by", name);
    out.put("all", table.all());
    out.put("kinds", table.kinds());
    out.put("corruptions", table.corruptions());
    out.put("calls", table.sum("calls"));
    out.put("input_tokens", table.sum("input_tokens"));
    out.put("output_tokens", table.sum("output_tokens"));
    price.ifPresent(p -> out.put("cost", p.cost(table)));
    out.put("comparisons", table.comparisons());
    out.put("p50_ms", table.nanos(MEDIAN) / MILLI);
    out.put("p99_ms", table.nanos(TAIL) / MILLI);
    out.put("others", table.others().stream().map(EvaluationView::other).toList());
    return out;
  }

  private static Map<String, Object> other(EvaluatedCase other) {
    var out = new LinkedHashMap<String, Object>();
    out.put("line", other.sample().line());
    out.put("kind", other.sample().kind());
    out.put("request", other.sample().request());
    out.put("expected", other.sample().expected());
    out.put("outcome", other.came());
    other.offered().ifPresent(o -> out.put("suggested", o));
    out.put("unasked", other.unasked());
    return out;
  }

  private void print(EvaluationTable table, String name) {
    around.say(
        HEADS.formatted(
            "kind",
            "requests",
            "exact",
            "suggested",
            "misled",
            "outcome",
            "unasked",
            "held",
            "stopped",
            "wrong",
            "caught"));
    table.kinds().forEach(this::print);
    print(table.all());
    around.say("answered by " + name + calls(table));
    around.say(
        String.format(
            Locale.ROOT,
            "time p50 %.1f ms, p99 %.1f ms",
            table.nanos(MEDIAN) / MILLI,
            table.nanos(TAIL) / MILLI));
    for (var other : table.others()) {
      around.say(
          "%s:%d: %s, not %s: %s"
              .formatted(
                  file,
                  other.sample().line(),
                  other.came(),
                  other.sample().expected(),
                  other.sample().request()));
    }
  }

  private String calls(EvaluationTable table) {
    if (table.comparisons().isEmpty()) {
      return "";
    }
    String cost = price.map(p -> ", cost " + p.cost(table).toPlainString()).orElse("");
    String readings =
        table.comparisons().entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
    return ": %d calls, %d tokens in, %d out%s; its readings: %s"
        .formatted(
            table.sum("calls"),
            table.sum("input_tokens"),
            table.sum("output_tokens"),
            cost,
            readings);
  }

  private void print(Row row) {
    around.say(
        HEADS.formatted(
            row.kind(),
            row.requests(),
            row.exact(),
            row.suggested(),
            row.misled(),
            row.outcome(),
            row.unasked(),
            row.held(),
            row.stopped(),
            row.wrong(),
            row.caught()));
  }
}
