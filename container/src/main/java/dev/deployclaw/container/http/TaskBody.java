package dev.deployclaw.container.http;

import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.container.config.Secrets;
import java.util.Set;
import java.util.TreeSet;

/** The body of a submission. */
record TaskBody(String request, boolean manual) {
  static final int MOST_TEXT = 4096;
  private static final Set<String> KEYS = Set.of("request", "approval");

  /** A body that was read, or what is wrong with it. */
  sealed interface Read {
    record Good(TaskBody body) implements Read {}

    record Bad(Problem problem) implements Read {}
  }

  static Read parse(byte[] bytes) {
    try {
      var fields = Json.parseObject(bytes);
      var unknown = new TreeSet<>(fields.keySet());
      unknown.removeAll(KEYS);
      if (!unknown.isEmpty()) {
        return bad("body." + unknown.first(), "is unknown", "known are approval and request");
      }
      return fields.get("request") instanceof String text && !text.isBlank()
          ? approval(text, fields.getOrDefault("approval", ""))
          : bad("body.request", "must be a text", "say what is to be done, in plain English");
    } catch (Json.Malformed e) {
      return bad("body", "isn't a JSON object: " + e.getMessage(), "send {\"request\": \"…\"}");
    }
  }

  private static Read approval(String text, Object approval) {
    if (text.length() > MOST_TEXT) {
      return bad("body.request", "has more than " + MOST_TEXT + " characters", "say it shorter");
    }
    if (!approval.equals("") && !approval.equals("manual")) {
      return bad("body.approval", "may only be \"manual\"", "leave it out for what the gate says");
    }
    return new Read.Good(new TaskBody(Secrets.redacted(text), approval.equals("manual")));
  }

  private static Read bad(String place, String what, String remedy) {
    return new Read.Bad(Problems.invalid(place, place + " " + what, remedy));
  }
}
