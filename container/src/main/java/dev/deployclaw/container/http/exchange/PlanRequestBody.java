package dev.deployclaw.container.http.exchange;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.config.secret.TypedText;
import java.util.Optional;
import java.util.Set;

/**
 * The body of a plan.
 *
 * @param request in plain English, or the answer to a question
 * @param answers the execution whose question it answers; empty for none
 */
public record PlanRequestBody(TypedText request, Optional<String> answers) {
  private static final Set<String> KEYS = Set.of("request", "answers");

  public sealed interface Read {
    record Good(PlanRequestBody body) implements Read {}

    record Bad(ProblemDetail problem) implements Read {}
  }

  public static Read parse(byte[] bytes) {
    try {
      var fields = StrictJson.parseObject(bytes);
      var unknown = TaskRequestBody.unknown(fields, KEYS);
      if (unknown.isPresent()) {
        return new Read.Bad(unknown.get());
      }
      if (!(fields.get("request") instanceof String request)
          || request.isBlank()
          || request.length() > TaskRequestBody.MOST_TEXT) {
        return bad(
            "body.request", "must be a text of 1 to " + TaskRequestBody.MOST_TEXT + " characters");
      }
      return fields.getOrDefault("answers", "") instanceof String answers
              && (answers.isEmpty() || ExecutionIdFormat.fits(answers))
          ? new Read.Good(
              new PlanRequestBody(
                  TypedText.of(request), Optional.of(answers).filter(id -> !id.isEmpty())))
          : bad("body.answers", "isn't the id of an execution");
    } catch (StrictJson.Malformed e) {
      return bad("body", "isn't a JSON object: " + e.getMessage());
    }
  }

  private static Read bad(String place, String what) {
    return new Read.Bad(
        ProblemCatalogue.invalid(place, place + " " + what, "send {\"request\": \"…\"}"));
  }
}
