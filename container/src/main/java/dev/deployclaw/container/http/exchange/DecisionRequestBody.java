package dev.deployclaw.container.http.exchange;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.config.secret.TypedText;
import java.util.Set;

/** The body of an approval or a rejection: none, or an object that may give a reason. */
public final class DecisionRequestBody {
  private static final String REASON = "reason";
  private static final int LONGEST_REASON = 1000;

  private DecisionRequestBody() {}

  /** The reason, empty where none is given, or what is wrong with the body. */
  public sealed interface Read {
    record Good(TypedText reason) implements Read {}

    record Bad(ProblemDetail problem) implements Read {}
  }

  public static Read parse(byte[] bytes) {
    if (bytes.length == 0) {
      return new Read.Good(TypedText.of(""));
    }
    try {
      var fields = StrictJson.parseObject(bytes);
      var unknown = TaskRequestBody.unknown(fields, Set.of(REASON));
      if (unknown.isPresent()) {
        return new Read.Bad(unknown.get());
      }
      return fields.getOrDefault(REASON, "") instanceof String reason
              && reason.length() <= LONGEST_REASON
          ? new Read.Good(TypedText.of(reason.strip()))
          : bad("body.reason", "must be a text of at most " + LONGEST_REASON + " characters");
    } catch (StrictJson.Malformed e) {
      return bad("body", "isn't a JSON object: " + e.getMessage());
    }
  }

  private static Read bad(String place, String what) {
    return new Read.Bad(
        ProblemCatalogue.invalid(
            place, place + " " + what, "send no body, or {\"reason\": \"…\"}"));
  }
}
