package dev.deployclaw.core.language.evaluation;

import static java.util.stream.Collectors.joining;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.IntentJson;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.task.Intent;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a request was understood, as one line: {@code asked}, {@code refused}, {@code question TOPIC
 * [tenants]}, or the operation with its target, changes, guards and times. It is made from the
 * printed form of an intent; what has no short form here is {@code name=value}.
 */
public final class OutcomeText {
  static final String ASKED = "asked";
  static final String REFUSED = "refused";
  static final String QUESTION = "question";

  private static final String PLAN = "plan";
  private static final Map<String, String> SHORT =
      PatternTable.keys(OutcomeText.class, "outcomes.txt");

  private static final Pattern INSTANT =
      Pattern.compile(
          "(?<=@|\\.\\.)\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:\\d\\d)");
  private static final Pattern LASTING =
      Pattern.compile("@(?<start>\\d{4}-\\S+Z) ~(?<seconds>\\d{1,12})(?!\\S)");
  private static final Pattern NAMES = Pattern.compile("(?<=[ !])[a-z][\\w.-]*(?:,[a-z][\\w.-]*)+");

  private OutcomeText() {}

  public static String of(Interpretation answer) {
    return switch (answer) {
      case Planned(Intent intent) -> of(intent);
      case Inquiry(EstateQuestion question) -> of(question);
      case NeedsClarification _ -> ASKED;
      case Refused _ -> REFUSED;
    };
  }

  public static String of(Intent intent) {
    return parts(IntentJson.of(intent)).replaceAll(" (?=!)|(?<=\\d) (?=/\\d)", "");
  }

  private static String of(EstateQuestion question) {
    return (QUESTION + " " + question.topic().word() + " " + String.join(",", question.tenants()))
        .strip();
  }

  public static boolean isPlan(String outcome) {
    return sort(outcome).equals(PLAN);
  }

  /**
   * Whether both say the same: names in any order, an instant in any offset, an end as such or as a
   * length, an operation once or with each of its changes; what a change begins with is its own.
   */
  static boolean same(String one, String other) {
    return one.equals(other) || instants(once(one)).equals(instants(once(other)));
  }

  private static String once(String outcome) {
    String named =
        NAMES
            .matcher(outcome)
            .replaceAll(m -> Stream.of(m.group().split(",", -1)).sorted().collect(joining(",")));
    String change = named.replaceFirst("^(?:snapshot|validate) \\+ ", "");
    return change.replace(" + " + change.split(" ", -1)[0] + " ", " + ");
  }

  private static String instant(String written) {
    try {
      return OffsetDateTime.parse(written).toInstant().toString();
    } catch (DateTimeParseException e) {
      return written;
    }
  }

  private static String instants(String outcome) {
    var written = INSTANT.matcher(outcome).replaceAll(m -> instant(m.group()));
    return LASTING
        .matcher(written)
        .replaceAll(m -> {
          var start = Instant.parse(m.group("start"));
          return "@%s ..%s".formatted(start, start.plusSeconds(Long.parseLong(m.group("seconds"))));
        });
  }

  /** Whether both are plans, questions back, refusals, or questions about the estate. */
  static boolean alike(String one, String other) {
    return sort(one).equals(sort(other));
  }

  private static String sort(String outcome) {
    String first = outcome.split(" ", -1)[0];
    return List.of(ASKED, REFUSED, QUESTION).contains(first) ? first : PLAN;
  }

  /** The operation first, wherever the printed form has it. */
  private static String parts(Map<?, ?> map) {
    var out = new ArrayList<String>();
    map.forEach((key, value) ->
        out.add(key.equals("operation") ? 0 : out.size(), part(String.valueOf(key), value)));
    return out.stream().filter(part -> !part.isEmpty()).collect(joining(" "));
  }

  private static String part(String key, Object value) {
    return switch (key) {
      case "changes" -> changes((Collection<?>) value);
      case "set", "guards", "schedule" -> parts((Map<?, ?>) value);
      default -> SHORT.getOrDefault(key, key + "=%s").formatted(text(value));
    };
  }

  private static String changes(Collection<?> changes) {
    return changes.stream().map(change -> parts((Map<?, ?>) change)).collect(joining(" + "));
  }

  private static String text(Object value) {
    return switch (value) {
      case Collection<?> list -> joined(list.stream());
      case Map<?, ?> map -> joined(map.entrySet().stream());
      case BigDecimal number -> number.toPlainString();
      default -> String.valueOf(value);
    };
  }

  private static String joined(Stream<?> parts) {
    return parts.map(String::valueOf).collect(joining(","));
  }
}
