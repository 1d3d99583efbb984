package dev.deployclaw.container.http.exchange;

import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.Set;

/** The body of a rollback: none, or an object that may ask for an approval. */
public final class RollbackRequestBody {
  private static final Set<String> KEYS = Set.of("approval");

  private RollbackRequestBody() {}

  /** Whether it waits for an approval, or what is wrong with the body. */
  public sealed interface Read {
    record Good(boolean manual) implements Read {}

    record Bad(ProblemDetail problem) implements Read {}
  }

  public static Read parse(byte[] bytes) {
    if (bytes.length == 0) {
      return new Read.Good(false);
    }
    try {
      var fields = StrictJson.parseObject(bytes);
      var wrong =
          TaskRequestBody.unknown(fields, KEYS).or(() -> TaskRequestBody.wrongApproval(fields));
      return wrong
          .<Read>map(Read.Bad::new)
          .orElseGet(() -> new Read.Good(TaskRequestBody.manual(fields)));
    } catch (StrictJson.Malformed e) {
      String what = "body isn't a JSON object: " + e.getMessage();
      return new Read.Bad(ProblemCatalogue.invalid("body", what, "send no body, or {}"));
    }
  }
}
