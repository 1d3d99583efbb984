package dev.deployclaw.audit.view;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.policy.diff.DiffFormatter;
import dev.deployclaw.policy.diff.FieldDifference;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The execution log for people on a terminal: plain text, a line for each thing, no colour. */
public final class LogTextRenderer {
  private static final int MOST_DIFF_LINES = 200;
  private static final int SHORT_HASH = 12;
  private static final String UNEXPECTED = "%s requests: %s allowed, %s refused";
  private static final Set<String> NOTHING_ACTIVATED =
      Set.of("HELD", "ABORTED", "REFUSED", "NO_CHANGE", "NEEDS_CLARIFICATION");

  private LogTextRenderer() {}

  public static String of(ExecutionDocument document) {
    Map<String, Object> doc = document.fields();
    var lines = new ArrayList<String>();
    lines.add(
        "%s  %s in %s s"
            .formatted(doc.get("execution_id"), doc.get("result"), doc.get("duration_seconds")));
    text(doc, "requester")
        .ifPresentOrElse(
            who -> lines.add("  \"%s\", asked by %s".formatted(doc.get("request"), who)),
            () -> lines.add("  \"%s\"".formatted(doc.get("request"))));
    whole(doc).ifPresent(request -> lines.addAll(lines("in all: \"" + request + "\"", "  ")));
    lines.add("");
    StrictJson.objects(doc.get("thought_log")).forEach(step -> lines.addAll(step(step)));
    if (!lines.getLast().isEmpty()) {
      lines.add("");
    }
    lines.addAll(closing(doc));
    return lines.stream()
        .map(line -> TerminalSafeText.line(line) + "\n")
        .collect(Collectors.joining());
  }

  /** The whole request, where what was asked last answered a question. */
  private static Optional<String> whole(Map<String, Object> doc) {
    var steps =
        StrictJson.objects(doc.get("thought_log")).stream()
            .flatMap(s -> StrictJson.objects(s.get("records")).stream());
    return Stream.concat(StrictJson.objects(doc.get("records")).stream(), steps)
        .filter(entry -> ExecutionLog.CONVERSATION.equals(entry.get("action")))
        .flatMap(entry -> text(entry, "detail").stream())
        .findFirst();
  }

  /** Of an execution whose steps were shown as it went: how it ended, and what can be done. */
  public static List<String> ending(ExecutionDocument document) {
    Map<String, Object> doc = document.fields();
    String id = String.valueOf(doc.get("execution_id"));
    var lines = new ArrayList<String>();
    lines.add("%s  %s in %s s".formatted(id, doc.get("result"), doc.get("duration_seconds")));
    text(doc, "reason").ifPresent(v -> add(lines, "Reason", v));
    if ("COMPLETED".equals(doc.get("result")) && doc.containsKey("epoch")) {
      add(lines, "Epoch", String.valueOf(doc.get("epoch")));
      if (Boolean.TRUE.equals(doc.get("rollback_available"))) {
        add(lines, "Undo", "deployclaw rollback " + id);
      }
    }
    add(lines, "Log", "deployclaw log " + id);
    return lines.stream().map(TerminalSafeText::line).toList();
  }

  /** One mark a status, so that it can be seen without colour. */
  public static String mark(String status) {
    return switch (status) {
      case "OK" -> "✓";
      case "WARNING" -> "!";
      case "ERROR" -> "✗";
      case "SKIPPED" -> "-";
      default -> "?";
    };
  }

  /** A text of several lines, below its first one each with a bar, so that none looks like ours. */
  public static List<String> lines(String text, String indent) {
    var lines = text.lines().toList();
    return IntStream.range(0, lines.size())
        .mapToObj(i -> indent + (i == 0 ? "" : "| ") + lines.get(i))
        .toList();
  }

  /** A top-level line of the thought log with what belongs to it. */
  static List<String> step(Map<String, Object> step) {
    var lines = new ArrayList<String>();
    lines.add(
        "%2s %s %-38s %10s ms"
            .formatted(
                step.get("step"),
                mark(String.valueOf(step.get("status"))),
                step.get("action"),
                step.get("duration_ms")));
    text(step, "detail").ifPresent(detail -> lines.addAll(lines(detail, "     ")));
    StrictJson.objects(step.get("records")).stream()
        .flatMap(entry -> diff(entry).stream())
        .limit(MOST_DIFF_LINES)
        .forEach(line -> lines.add("       " + line));
    return lines;
  }

  /** The fact {@code diff} of a record: lines, or differences of policies. */
  private static List<String> diff(Map<String, Object> entry) {
    return entry.get("facts") instanceof Map<?, ?> facts
            && facts.get("diff") instanceof List<?> diff
        ? diffLines(diff)
        : List.of();
  }

  private static List<String> diffLines(List<?> diff) {
    var differences =
        diff.stream()
            .flatMap(item ->
                item instanceof Map<?, ?> map
                    ? FieldDifference.ofMap(map).stream()
                    : Stream.empty())
            .toList();
    return differences.size() == diff.size()
        ? DiffFormatter.of(differences)
        : diff.stream().map(LogTextRenderer::diffLine).toList();
  }

  private static String diffLine(Object item) {
    return switch (item) {
      case String line -> line;
      case Map<?, ?> map ->
          FieldDifference.ofMap(map)
              .map(FieldDifference::text)
              .orElseGet(() -> JsonFormatter.canonical(map));
      default -> JsonFormatter.canonical(item);
    };
  }

  private static List<String> closing(Map<String, Object> doc) {
    var lines = new ArrayList<String>();
    text(doc, "reason").ifPresent(v -> add(lines, "Reason", v));
    if (doc.get("questions") instanceof List<?> questions) {
      questions.forEach(
          q -> add(lines, "Question", q instanceof String s ? s : JsonFormatter.canonical(q)));
    }
    add(lines, "Activation", activation(doc));
    object(doc, "checkpoint")
        .flatMap(c -> text(c, "s3"))
        .ifPresent(v -> add(lines, "Checkpoint", v));
    object(doc, "validation").ifPresent(v -> add(lines, "Validation", validation(v)));
    object(doc, "phases")
        .filter(phases -> !phases.isEmpty())
        .ifPresent(phases -> add(lines, "Phases", phases(phases)));
    isolation(doc).ifPresent(v -> add(lines, "Isolation", v));
    object(doc, "audit").ifPresent(v -> add(lines, "Audit", audit(v)));
    return lines;
  }

  /** What separated the executors from the agent, by the first record that tells of it. */
  static Optional<String> isolation(Map<String, Object> doc) {
    return StrictJson.objects(doc.get("records")).stream()
        .flatMap(entry -> object(entry, "facts").stream())
        .flatMap(facts -> object(facts, "isolation").stream())
        .findFirst()
        .map(LogTextRenderer::wall);
  }

  private static String wall(Map<String, Object> isolation) {
    if (!Boolean.TRUE.equals(isolation.get("separate"))) {
      return "none: planner and executors shared one process";
    }
    var missing = object(isolation, "missing").map(Map::keySet).orElse(Set.of());
    int enforced = isolation.get("enforced") instanceof List<?> layers ? layers.size() : 0;
    var violations = object(isolation, "violations").map(Map::keySet).orElse(Set.of());
    return "executors in a process of their own, %d layers enforced%s%s"
        .formatted(enforced, named(", missing: ", missing), named(", violated by: ", violations));
  }

  private static String named(String title, Set<String> names) {
    return names.isEmpty() ? "" : title + String.join(", ", names);
  }

  private static void add(List<String> lines, String title, String value) {
    lines.add("%-11s %s".formatted(title, value));
  }

  private static String activation(Map<String, Object> doc) {
    var parts = new ArrayList<String>();
    boolean none = NOTHING_ACTIVATED.contains(String.valueOf(doc.get("result")));
    if (doc.containsKey("epoch")) {
      parts.add((none ? "none; it would be epoch " : "epoch ") + doc.get("epoch"));
    }
    text(doc, "plan_hash").ifPresent(hash -> parts.add("plan " + shortened(hash)));
    if (none) {
      return parts.isEmpty() ? "none" : String.join(", ", parts);
    }
    boolean back = Boolean.TRUE.equals(doc.get("rollback_available"));
    parts.add(back ? "rollback available" : "no rollback available");
    return String.join(", ", parts);
  }

  private static String validation(Map<String, Object> v) {
    var out = new StringBuilder();
    boolean well = Long.valueOf(0).equals(v.get("unexpected"));
    out.append(
        (well ? "%s requests as expected (%s allowed, %s refused)" : UNEXPECTED)
            .formatted(v.get("requests"), v.get("allowed"), v.get("refused")));
    if (v.get("unexpected") instanceof Long n && n > 0) {
      out.append(", %d not as expected".formatted(n));
    }
    if (v.containsKey("p50_ms") && v.containsKey("p99_ms")) {
      out.append("; p50 %s ms, p99 %s ms".formatted(v.get("p50_ms"), v.get("p99_ms")));
    }
    return out.toString();
  }

  private static String phases(Map<String, Object> phases) {
    return phases.entrySet().stream()
        .map(p -> p.getKey().replaceAll("_ms$", "") + " " + p.getValue() + " ms")
        .collect(Collectors.joining(", "));
  }

  private static String audit(Map<String, Object> audit) {
    String signed = audit.containsKey("signature") ? "signed" : "not signed";
    return "%s records, head %s, %s"
        .formatted(audit.get("records"), shortened(String.valueOf(audit.get("head"))), signed);
  }

  private static String shortened(String hash) {
    return hash.length() <= SHORT_HASH ? hash : hash.substring(0, SHORT_HASH) + "…";
  }

  private static Optional<String> text(Map<String, Object> from, String key) {
    return from.get(key) instanceof String s && !s.isEmpty() ? Optional.of(s) : Optional.empty();
  }

  private static Optional<Map<String, Object>> object(Map<String, Object> from, String key) {
    return from.get(key) instanceof Map<?, ?> map
        ? Optional.of(StrictJson.object(map))
        : Optional.empty();
  }
}
