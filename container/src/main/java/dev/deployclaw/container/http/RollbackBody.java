package dev.deployclaw.container.http;

import dev.deployclaw.audit.verify.Json;
import java.util.Set;

/** The body of a rollback: none, or an object that may ask for an approval. */
final class RollbackBody {
  private static final Set<String> KEYS = Set.of("approval");

  private RollbackBody() {}

  /** Whether it waits for an approval, or what is wrong with the body. */
  sealed interface Read {
    record Good(boolean manual) implements Read {}

    record Bad(Problem problem) implements Read {}
  }

  static Read parse(byte[] bytes) {
    if (bytes.length == 0) {
      return new Read.Good(false);
    }
    try {
      var fields = Json.parseObject(bytes);
      var wrong = TaskBody.unknown(fields, KEYS).or(() -> TaskBody.wrongApproval(fields));
      return wrong.<Read>map(Read.Bad::new).orElseGet(() -> new Read.Good(TaskBody.manual(fields)));
    } catch (Json.Malformed e) {
      String what = "body isn't a JSON object: " + e.getMessage();
      return new Read.Bad(Problems.invalid("body", what, "send no body, or {}"));
    }
  }
}
