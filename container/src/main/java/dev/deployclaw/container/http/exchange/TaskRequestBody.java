package dev.deployclaw.container.http.exchange;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.config.secret.TypedText;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The body of a submission. */
public record TaskRequestBody(TypedText request, boolean manual) {
  public static final int MOST_TEXT = 4096;
  private static final Set<String> KEYS = Set.of("request", "approval");

  public sealed interface Read {
    record Good(TaskRequestBody body) implements Read {}

    record Bad(ProblemDetail problem) implements Read {}
  }

  public static boolean isJson(Optional<String> contentType) {
    return contentType
        .map(type -> type.replaceFirst(";.*", "").strip())
        .filter("application/json"::equalsIgnoreCase)
        .isPresent();
  }

  public static Read parse(byte[] bytes) {
    return parse(bytes, "request", KEYS);
  }

  /** The body of an answer, with the text under {@code answer}. */
  public static Read parseAnswer(byte[] bytes) {
    return parse(bytes, "answer", Set.of("answer"));
  }

  private static Read parse(byte[] bytes, String key, Set<String> known) {
    try {
      var fields = StrictJson.parseObject(bytes);
      var unknown = unknown(fields, known);
      if (unknown.isPresent()) {
        return new Read.Bad(unknown.get());
      }
      return fields.get(key) instanceof String text && !text.isBlank()
          ? approval(key, text, fields)
          : bad("body." + key, "must be a text", "say it in plain English");
    } catch (StrictJson.Malformed e) {
      String remedy = "send {\"%s\": \"…\"}".formatted(key);
      return bad("body", "isn't a JSON object: " + e.getMessage(), remedy);
    }
  }

  private static Read approval(String key, String text, Map<String, Object> fields) {
    if (text.length() > MOST_TEXT) {
      return bad("body." + key, "has more than " + MOST_TEXT + " characters", "say it shorter");
    }
    return wrongApproval(fields)
        .<Read>map(Read.Bad::new)
        .orElseGet(() -> new Read.Good(new TaskRequestBody(TypedText.of(text), manual(fields))));
  }

  public static Optional<ProblemDetail> unknown(Map<String, Object> fields, Set<String> known) {
    var unknown = new TreeSet<>(fields.keySet());
    unknown.removeAll(known);
    String are = (known.size() == 1 ? "known is " : "known are ") + named(known);
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(problem("body." + unknown.first(), "is unknown", are));
  }

  private static String named(Set<String> known) {
    return String.join(" and ", new TreeSet<>(known));
  }

  static Optional<ProblemDetail> wrongApproval(Map<String, Object> fields) {
    Object approval = fields.getOrDefault("approval", "");
    return approval.equals("") || approval.equals("manual")
        ? Optional.empty()
        : Optional.of(
            problem(
                "body.approval", "may only be \"manual\"", "leave it out to let the gate decide"));
  }

  /** Whether it waits for an approval, whatever the gate says. */
  static boolean manual(Map<String, Object> fields) {
    return "manual".equals(fields.get("approval"));
  }

  private static Read bad(String place, String what, String remedy) {
    return new Read.Bad(problem(place, what, remedy));
  }

  private static ProblemDetail problem(String place, String what, String remedy) {
    return ProblemCatalogue.invalid(place, place + " " + what, remedy);
  }
}
