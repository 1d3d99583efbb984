package dev.deployclaw.container.http.exchange;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.config.secret.TypedText;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The JSON object that a call sends: its fields are known ones. */
public record RequestBody(Map<String, Object> fields, String remedy) {
  private static final int MOST_TEXT = 4096;
  private static final int LONGEST_REASON = 1000;
  private static final String REASON = "reason";
  private static final String APPROVAL = "approval";
  private static final String ANSWERS = "answers";

  public static boolean isJson(Optional<String> contentType) {
    return contentType
        .map(type -> type.replaceFirst(";.*", "").strip())
        .filter("application/json"::equalsIgnoreCase)
        .isPresent();
  }

  /** The body of a submission, with the text under {@code request}. */
  public static RequestBody task(byte[] bytes) {
    return read(bytes, Set.of("request", APPROVAL), "send {\"request\": \"…\"}");
  }

  /** The body of an answer, with the text under {@code answer}. */
  public static RequestBody answer(byte[] bytes) {
    return read(bytes, Set.of("answer"), "send {\"answer\": \"…\"}");
  }

  /** The body of a plan. */
  public static RequestBody plan(ApiRequest call) {
    call.requireJson();
    return read(call.body(), Set.of("request", ANSWERS), "send {\"request\": \"…\"}");
  }

  /** The body of a rollback: none, or an object that may ask for an approval. */
  public static RequestBody rollback(byte[] bytes) {
    return read(orNone(bytes), Set.of(APPROVAL), "send no body, or {}");
  }

  /** The body of an approval or a rejection: none, or an object that may give a reason. */
  public static RequestBody decision(byte[] bytes) {
    return read(orNone(bytes), Set.of(REASON), "send no body, or {\"reason\": \"…\"}");
  }

  /** The body of a freeze. */
  public static RequestBody freeze(byte[] bytes) {
    return read(bytes, Set.of(REASON), "send {\"reason\": \"…\"}");
  }

  /** The body of a thaw has no fields. */
  public static void thaw(byte[] bytes) {
    if (!object(orNone(bytes), "send no body, or {}").isEmpty()) {
      throw new RefusedCallException(
          ProblemCatalogue.invalid("body", "a thaw has no fields", "send no body, or {}"));
    }
  }

  private static byte[] orNone(byte[] bytes) {
    return bytes.length == 0 ? new byte[] {'{', '}'} : bytes;
  }

  private static Map<String, Object> object(byte[] bytes, String remedy) {
    try {
      return StrictJson.parseObject(bytes);
    } catch (StrictJson.Malformed e) {
      throw wrong("body", "isn't a JSON object: " + e.getMessage(), remedy);
    }
  }

  private static RequestBody read(byte[] bytes, Set<String> known, String remedy) {
    var fields = object(bytes, remedy);
    var unknown = new TreeSet<>(fields.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      String are = known.size() == 1 ? "known is " : "known are ";
      throw wrong(
          "body." + unknown.first(),
          "is unknown",
          are + String.join(" and ", new TreeSet<>(known)));
    }
    return new RequestBody(fields, remedy);
  }

  /** What a task asks for, or answers. */
  public TypedText typed(String key) {
    if (!(fields.get(key) instanceof String text) || text.isBlank()) {
      throw wrong("body." + key, "must be a text", "say it in plain English");
    }
    if (text.length() > MOST_TEXT) {
      throw wrong("body." + key, "has more than " + MOST_TEXT + " characters", "say it shorter");
    }
    return TypedText.of(text);
  }

  /** A text that isn't blank. */
  public String text(String key) {
    if (fields.get(key) instanceof String text && !text.isBlank() && text.length() <= MOST_TEXT) {
      return text;
    }
    throw wrong("body." + key, "must be a text of 1 to " + MOST_TEXT + " characters", remedy);
  }

  /** Whether it waits for an approval, whatever the gate says. */
  public boolean manual() {
    Object approval = fields.getOrDefault(APPROVAL, "");
    if (!approval.equals("") && !approval.equals("manual")) {
      throw wrong("body.approval", "may only be \"manual\"", "leave it out to let the gate decide");
    }
    return approval.equals("manual");
  }

  /** The execution whose question it answers; empty for none. */
  public Optional<String> answers() {
    if (fields.getOrDefault(ANSWERS, "") instanceof String id
        && (id.isEmpty() || ExecutionIdFormat.fits(id))) {
      return Optional.of(id).filter(given -> !given.isEmpty());
    }
    throw wrong("body.answers", "isn't the id of an execution", remedy);
  }

  /** Why somebody decides so; empty where no reason is given. */
  public TypedText reason() {
    if (fields.getOrDefault(REASON, "") instanceof String reason
        && reason.length() <= LONGEST_REASON) {
      return TypedText.of(reason.strip());
    }
    throw wrong(
        "body.reason", "must be a text of at most " + LONGEST_REASON + " characters", remedy);
  }

  private static RefusedCallException wrong(String place, String what, String remedy) {
    return new RefusedCallException(ProblemCatalogue.invalid(place, place + " " + what, remedy));
  }
}
