package dev.deployclaw.lab.judge.history;

import dev.deployclaw.lab.judge.protocol.JsonValue;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * That what a plan asks to wait has no effect before an approval that is bound to it: the opening
 * record of a change names what asks, and a repair that waits has records of that.
 */
final class ApprovalOrderInvariant {
  private static final Set<String> ACTIVATIONS = Set.of("widened", "committed");

  private ApprovalOrderInvariant() {}

  /** What is wrong with a move of a change, by all keys as they were; empty for nothing. */
  static Optional<String> fault(JsonValue change, Map<String, String> before) {
    if (!ACTIVATIONS.contains(change.at("state").text("name"))
        || change.text("kind").equals("compensation")
        || !asks(change, before)) {
      return Optional.empty();
    }
    var approval = change.at("approval");
    boolean bound =
        !approval.text("plan_hash").isEmpty()
            && approval.text("plan_hash").equals(change.text("plan_hash"))
            && approval.text("checkpoint").equals(change.at("checkpoint").text("sha256"))
            && approval.number("base_revision") == change.at("base").number("revision");
    return bound
        ? Optional.empty()
        : Optional.of(change.text("id") + " is to wait, and decides without its approval");
  }

  private static boolean asks(JsonValue change, Map<String, String> before) {
    return records(change.text("log"), before)
        .anyMatch(r -> {
          var facts = r.at("facts");
          var gate = facts.at("gate");
          boolean own = facts.text("change").equals(change.text("id"));
          return own && (!gate.items("asks").isEmpty() || gate.text("manual").equals("true"));
        });
  }

  /** The same of the record of a repair. */
  static Optional<String> fault(String execution, JsonValue record, Map<String, String> before) {
    if (!record.at("decision").text("name").equals("repair")) {
      return Optional.empty();
    }
    boolean waits = decided(execution, "await", before);
    return waits && !decided(execution, "authorize", before)
        ? Optional.of("the repair " + execution + " waits, and is carried out without its approval")
        : Optional.empty();
  }

  private static boolean decided(String execution, String name, Map<String, String> before) {
    return records(execution, before).anyMatch(r -> r.at("decision").text("name").equals(name));
  }

  private static Stream<JsonValue> records(String log, Map<String, String> before) {
    String prefix = "audit/" + log + "/";
    return before.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .map(e -> JsonValue.parse(e.getValue()));
  }
}
