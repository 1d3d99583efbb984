package dev.deployclaw.audit.verify.rule;

import static dev.deployclaw.audit.verify.rule.ProcessRules.number;
import static dev.deployclaw.audit.verify.rule.ProcessRules.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether what was asked to wait waited: the request, its caller or what understood it asked for an
 * approval, and a repair, which opens no change, has one of its own. For one thread.
 */
final class ApprovalRules {
  private boolean asked;
  private boolean awaits;
  private boolean authorized;
  private String plan = "";
  private long revision;

  /** Whether the request asks for an approval, by what the log says before any gate is asked. */
  boolean asked() {
    return asked;
  }

  /** What is wrong with a record that moves no change; empty where nothing is. */
  Optional<String> next(Map<String, Object> entry, Map<String, Object> facts) {
    asked |= "request".equals(entry.get("phase")) && "manual".equals(facts.get("approval"));
    asked |= facts.get("needs_approval") instanceof List<?> rules && !rules.isEmpty();
    String decided = entry.get("decision") instanceof Map<?, ?> map ? text(map.get("name")) : "";
    return switch (decided) {
      case "await" -> {
        awaits = true;
        authorized = false;
        plan = text(entry.get("plan_hash"));
        revision = number(facts.get("base_revision"));
        yield Optional.empty();
      }
      case "authorize" -> {
        authorized = true;
        boolean same =
            awaits
                && plan.equals(facts.get("approved_plan"))
                && revision == number(facts.get("approved_revision"));
        yield same ? Optional.empty() : Optional.of("what is authorized is not what waits");
      }
      case "repair" -> {
        boolean right = authorized || !(asked || awaits);
        authorized = false;
        yield right
            ? Optional.empty()
            : Optional.of("a repair that waits is carried out without an approval of its own");
      }
      default -> Optional.empty();
    };
  }
}
