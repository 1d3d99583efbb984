package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.policy.diff.Difference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An execution as a timeline for people: each decision with the records that it rests on, and each
 * thing that is amiss, with its time; what is routine is folded and counted; what changed stands
 * under the plan, by tenant. Pure.
 */
public final class Explanation {
  private static final int MOST_DIFFERENCES = 200;

  /** What of it is asked for. */
  public record Filter(boolean routine, Optional<String> tenant, Optional<String> phase) {
    public static final Filter DECISIONS = new Filter(false, Optional.empty(), Optional.empty());
  }

  private final Filter filter;
  private final Instant begin;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, Integer> folded = new TreeMap<>();
  private int foldedRecords;

  private Explanation(Filter filter, Instant begin) {
    this.filter = filter;
    this.begin = begin;
  }

  /**
   * @param records all of one execution, in order, as read back from the journal
   */
  public static String of(List<byte[]> records, Filter filter) {
    var document = ExecutionDocument.of(records);
    var parsed = records.stream().map(Explanation::parsed).toList();
    var out = new Explanation(filter, time(parsed.getFirst()));
    out.lines.add(
        "%s  %s in %s s"
            .formatted(
                document.fields().get("execution_id"),
                document.result(),
                document.fields().get("duration_seconds")));
    out.lines.add("  \"%s\"".formatted(document.fields().get("request")));
    out.lines.add("");
    parsed.forEach(out::next);
    out.unfold();
    return String.join("\n", out.lines) + "\n";
  }

  /** The same for records as they come; what is folded is told before what follows it. */
  public static final class Live {
    private final Filter filter;
    private @Nullable Explanation told;

    public Live(Filter filter) {
      this.filter = filter;
    }

    /** The lines that the next record adds. */
    public List<String> next(byte[] bytes) {
      var entry = parsed(bytes);
      if (told == null) {
        told = new Explanation(filter, time(entry));
      }
      told.next(entry);
      var lines = List.copyOf(told.lines);
      told.lines.clear();
      return lines;
    }
  }

  private void next(Map<String, Object> entry) {
    var differences = differences(entry);
    boolean asked = filter.phase().map(p -> p.equals(entry.get("phase"))).orElse(true);
    boolean shown = asked && (filter.routine() || isDecision(entry) || !differences.isEmpty());
    if (!shown) {
      foldedRecords++;
      folded.merge(String.valueOf(entry.get("status")), 1, Integer::sum);
      return;
    }
    unfold();
    lines.add(
        "%10s %4s %s %-10s %s"
            .formatted(
                offset(entry),
                entry.get("seq"),
                DocumentText.mark(String.valueOf(entry.get("status"))),
                entry.get("phase"),
                sentence(entry)));
    Because.of(entry).ifPresent(why -> lines.add(" ".repeat(29) + why));
    differences.stream().limit(MOST_DIFFERENCES).forEach(d -> lines.add(" ".repeat(29) + d));
    if (differences.size() > MOST_DIFFERENCES) {
      lines.add(
          " ".repeat(29) + "and " + (differences.size() - MOST_DIFFERENCES) + " more differences");
    }
  }

  /** What was left out since the last line. */
  private void unfold() {
    if (foldedRecords > 0) {
      lines.add(" ".repeat(18) + "… " + foldedRecords + " routine: " + counts());
    }
    foldedRecords = 0;
    folded.clear();
  }

  private String counts() {
    return String.join(
        ", ", folded.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).toList());
  }

  /** What moved the change, was asked or ended, and what is amiss. */
  private static boolean isDecision(Map<String, Object> entry) {
    var facts = facts(entry);
    return facts.containsKey("state")
        || entry.containsKey("decision")
        || Set.of("request", "end").contains(String.valueOf(entry.get("phase")))
        || Set.of("WARNING", "ERROR", "UNKNOWN").contains(String.valueOf(entry.get("status")));
  }

  private String offset(Map<String, Object> entry) {
    long millis = Duration.between(begin, time(entry)).toMillis();
    return "+%d.%03d s".formatted(millis / 1000, Math.abs(millis % 1000));
  }

  private static String sentence(Map<String, Object> entry) {
    String detail = String.valueOf(entry.get("detail"));
    String action = String.valueOf(entry.get("action"));
    String approver =
        facts(entry).get("approver") instanceof String who ? " (approved by " + who + ")" : "";
    return detail.isEmpty() || detail.startsWith(action)
        ? action + approver
        : action + ": " + detail + approver;
  }

  private List<String> differences(Map<String, Object> entry) {
    var out = new ArrayList<String>();
    if (facts(entry).get("diff") instanceof List<?> diff) {
      for (Object item : diff) {
        if (item instanceof Map<?, ?> map && of(map.get("tenant"))) {
          out.add(Difference.ofMap(map).map(Difference::text).orElseGet(map::toString));
        }
      }
    }
    return out;
  }

  private boolean of(@Nullable Object tenant) {
    return filter.tenant().map(wanted -> wanted.equals(tenant)).orElse(true);
  }

  private static Map<String, Object> facts(Map<String, Object> entry) {
    return entry.get("facts") instanceof Map<?, ?> map ? Json.object(map) : Map.of();
  }

  private static Instant time(Map<String, Object> entry) {
    return Instant.parse(String.valueOf(entry.get("time")));
  }

  private static Map<String, Object> parsed(byte[] bytes) {
    try {
      return Json.parseObject(bytes);
    } catch (Json.Malformed e) {
      throw new IllegalArgumentException("not a record: " + e.getMessage(), e);
    }
  }
}
