package dev.deployclaw.container.http;

import dev.deployclaw.audit.verify.Json;
import java.util.Set;
import java.util.TreeSet;

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
      var unknown = new TreeSet<>(fields.keySet());
      unknown.removeAll(KEYS);
      if (!unknown.isEmpty()) {
        return bad("body." + unknown.first(), "is unknown", "known is approval");
      }
      Object approval = fields.getOrDefault("approval", "");
      return approval.equals("") || approval.equals("manual")
          ? new Read.Good(approval.equals("manual"))
          : bad("body.approval", "may only be \"manual\"", "leave it out for what the gate says");
    } catch (Json.Malformed e) {
      return bad("body", "isn't a JSON object: " + e.getMessage(), "send no body, or {}");
    }
  }

  private static Read bad(String place, String what, String remedy) {
    return new Read.Bad(Problems.invalid(place, place + " " + what, remedy));
  }
}
