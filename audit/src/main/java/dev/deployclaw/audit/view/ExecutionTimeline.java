package dev.deployclaw.audit.view;

import static dev.deployclaw.audit.verify.rule.ProcessRules.facts;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.policy.diff.FieldDifference;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An execution as a timeline for people: each decision with the records that it rests on, and each
 * thing that is wrong, with its time; what is routine is folded and counted; what changed stands
 * under the plan, by tenant. Pure.
 */
public final class ExecutionTimeline {
  private static final int MOST_DIFFERENCES = 200;

  /** What belongs to a record stands under its text. */
  private static final String BELOW = " ".repeat(29);

  /** What of it is asked for. */
  public record Filter(boolean routine, Optional<String> tenant, Optional<String> phase) {
    public static final Filter DECISIONS = new Filter(false, Optional.empty(), Optional.empty());
  }

  private final Filter filter;
  private final Instant begin;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, Integer> routine = new TreeMap<>();
  private final Map<String, Integer> notAsked = new TreeMap<>();

  private ExecutionTimeline(Filter filter, Instant begin) {
    this.filter = filter;
    this.begin = begin;
  }

  /**
   * @param records all of one execution, in order, as read back from the journal
   */
  public static String of(List<byte[]> records, Filter filter) {
    var document = ExecutionDocument.of(records);
    var parsed = records.stream().map(ExecutionTimeline::parsed).toList();
    var out = new ExecutionTimeline(filter, time(parsed.getFirst()));
    out.add(
        "%s  %s in %s s"
            .formatted(
                document.fields().get("execution_id"),
                document.result(),
                document.fields().get("duration_seconds")));
    out.add("  \"%s\"".formatted(document.fields().get("request")));
    out.add("");
    parsed.forEach(out::next);
    out.unfold();
    return String.join("\n", out.lines) + "\n";
  }

  /** The same for records as they come; what is folded is told before what follows it. */
  public static final class Live {
    private final Filter filter;
    private @Nullable ExecutionTimeline told;

    public Live(Filter filter) {
      this.filter = filter;
    }

    /** The lines that the next record adds. */
    public List<String> next(byte[] bytes) {
      var entry = parsed(bytes);
      if (told == null) {
        told = new ExecutionTimeline(filter, time(entry));
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
      (asked ? routine : notAsked).merge(String.valueOf(entry.get("status")), 1, Integer::sum);
      return;
    }
    unfold();
    add(
        "%10s %4s %s %-10s %s"
            .formatted(
                offset(entry),
                entry.get("seq"),
                LogTextRenderer.mark(String.valueOf(entry.get("status"))),
                entry.get("phase"),
                sentence(entry)));
    DecisionReason.of(entry).ifPresent(why -> add(BELOW + why));
    differences.stream().limit(MOST_DIFFERENCES).forEach(d -> add(BELOW + d));
    if (differences.size() > MOST_DIFFERENCES) {
      add(BELOW + "and " + (differences.size() - MOST_DIFFERENCES) + " more differences");
    }
    unlisted(entry).ifPresent(n -> add(BELOW + n));
  }

  /** Differences that the record counts and doesn't list, or that weren't asked for. */
  private Optional<String> unlisted(Map<String, Object> entry) {
    var diff = facts(entry).get("diff") instanceof List<?> list ? list : List.of();
    if (filter.tenant().isPresent()) {
      long others =
          diff.stream().filter(d -> !(d instanceof Map<?, ?> m) || !of(m.get("tenant"))).count();
      return others == 0
          ? Optional.empty()
          : Optional.of(others + " differences of other tenants: not requested");
    }
    return facts(entry).get("differences") instanceof Long all && all > diff.size()
        ? Optional.of("of %d differences, the first %d are in the log".formatted(all, diff.size()))
        : Optional.empty();
  }

  /** Whatever it is made of, it is one line. */
  private void add(String line) {
    lines.add(TerminalSafeText.line(line));
  }

  /** What was left out since the last line. */
  private void unfold() {
    var left = new ArrayList<String>();
    counted(routine, "routine").ifPresent(left::add);
    counted(notAsked, "not asked for").ifPresent(left::add);
    if (!left.isEmpty()) {
      add(" ".repeat(18) + "… " + String.join("; ", left));
    }
    routine.clear();
    notAsked.clear();
  }

  private static Optional<String> counted(Map<String, Integer> statuses, String what) {
    int records = statuses.values().stream().mapToInt(Integer::intValue).sum();
    String counts =
        String.join(
            ", ", statuses.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).toList());
    return records == 0 ? Optional.empty() : Optional.of(records + " " + what + ": " + counts);
  }

  /** What moved the change, was asked or ended, and what is wrong. */
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
          out.add(FieldDifference.ofMap(map).map(FieldDifference::text).orElseGet(map::toString));
        }
      }
    }
    return out;
  }

  private boolean of(@Nullable Object tenant) {
    return filter.tenant().map(wanted -> wanted.equals(tenant)).orElse(true);
  }

  private static Instant time(Map<String, Object> entry) {
    return Instant.parse(String.valueOf(entry.get("time")));
  }

  private static Map<String, Object> parsed(byte[] bytes) {
    try {
      return StrictJson.parseObject(bytes);
    } catch (StrictJson.Malformed e) {
      throw new IllegalArgumentException("not a record: " + e.getMessage(), e);
    }
  }

  /**
   * Why a record decides what it decides, for people: by which rule, and because of which records.
   */
  static final class DecisionReason {
    /** So many numbers in a row are told by the first and the last. */
    private static final int RUN = 3;

    private DecisionReason() {}

    /** Empty where it decides nothing. */
    static Optional<String> of(Map<String, Object> entry) {
      return entry.get("decision") instanceof Map<?, ?> decision
          ? Optional.of(words(StrictJson.object(decision), entry))
          : Optional.empty();
    }

    private static String words(Map<String, Object> decision, Map<String, Object> entry) {
      String made = decision.get("name") + " by rule " + decision.get("rule");
      return entry.get("evidence") instanceof List<?> evidence
          ? made + ", because of " + listed(evidence)
          : made;
    }

    /** "4, 7 to 9, 12". */
    static String listed(List<?> evidence) {
      var runs = new ArrayList<List<Long>>();
      for (Object item : evidence) {
        if (item instanceof Long n) {
          if (runs.isEmpty() || runs.getLast().getLast() + 1 != n) {
            runs.add(new ArrayList<>());
          }
          runs.getLast().add(n);
        }
      }
      return runs.stream().map(DecisionReason::run).collect(Collectors.joining(", "));
    }

    private static String run(List<Long> numbers) {
      return numbers.size() < RUN
          ? numbers.stream().map(String::valueOf).collect(Collectors.joining(", "))
          : numbers.getFirst() + " to " + numbers.getLast();
    }
  }
}
