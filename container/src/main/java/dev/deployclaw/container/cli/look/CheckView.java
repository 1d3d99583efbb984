package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.core.query.ClientLimitsReport;
import dev.deployclaw.core.query.ClientLimitsReport.Row;
import dev.deployclaw.core.query.ClientRequest;
import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import dev.deployclaw.policy.match.LimitExplanation.Why;
import dev.deployclaw.policy.parse.LimitFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows what a client would meet. */
record CheckView(CommandEnvironment around) {
  private static final double SECOND = 1e6;

  /** Prints it and returns the exit code. */
  int show(ClientRequest question, ClientLimitsReport answer, boolean json) {
    if (json) {
      around.json(document(question, answer));
    } else if (answer.reason().isEmpty()) {
      text(question, answer).forEach(around::say);
    }
    if (!answer.reason().isEmpty()) {
      around.warn("deployclaw: " + answer.reason() + "; make it reachable, then ask again");
    }
    return answer.exit().code();
  }

  private static List<String> text(ClientRequest question, ClientLimitsReport answer) {
    var out = new ArrayList<String>();
    var shape = question.shape();
    out.add(
        "%s %s of %s, asked by %s, at epoch %d: %s"
            .formatted(
                shape.method(),
                shape.path(),
                shape.service(),
                question.tenant(),
                answer.epoch(),
                passes(answer)));
    if (!answer.policy().isEmpty() && !answer.policy().equals(question.tenant())) {
      out.add("  by the policy of %s: %s has none".formatted(answer.policy(), question.tenant()));
    }
    answer.limits().forEach(row -> out.add(line(row)));
    answer.gaps().forEach(g -> out.add("  not known: " + g));
    return out;
  }

  private static String passes(ClientLimitsReport answer) {
    return switch (answer.passes()) {
      case YES -> answer.why().isEmpty() ? "passes" : "passes; " + answer.why();
      case NO -> "is refused; " + answer.why();
      case UNKNOWN -> "is unknown; " + answer.why();
    };
  }

  private static String line(Row row) {
    var limit = row.explained().limit();
    return "  %-9s %s/%s (%s): %s"
        .formatted(
            word(row.explained().why()),
            row.explained().owner(),
            limit.name(),
            LimitFormatter.numbers(limit),
            why(row));
  }

  private static String word(Why why) {
    return switch (why) {
      case Why.Applies() -> "applies";
      case Why.Replaced _ -> "replaced";
      case Why.Elsewhere _ -> "elsewhere";
    };
  }

  private static String why(Row row) {
    return switch (row.explained().why()) {
      case Why.Applies() -> row.state().map(s -> left(row, s)).orElse("what is left isn't known");
      case Why.Replaced(String by) -> by + " has a more specific route, same match and key";
      case Why.Elsewhere(String part) -> "for another " + part;
    };
  }

  private static String left(Row row, Verdict state) {
    var out = new StringBuilder();
    out.append(state.remaining()).append(" of ").append(row.capacity()).append(" left");
    if (state.waitMicros() >= AdmissionDecision.NEVER) {
      out.append(", never enough for this request");
    } else if (state.waitMicros() > 0) {
      out.append(", enough again in ").append(seconds(state.waitMicros()));
    }
    if (state.resetMicros() > 0 && state.resetMicros() < AdmissionDecision.NEVER) {
      out.append(", idle in ").append(seconds(state.resetMicros()));
    }
    return out.toString();
  }

  private static String seconds(long micros) {
    return String.format(Locale.ROOT, "%.1f s", micros / SECOND);
  }

  private static Map<String, Object> document(ClientRequest question, ClientLimitsReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("tenant", question.tenant());
    out.put("service", question.shape().service());
    out.put("route", question.shape().path());
    out.put("method", question.shape().method());
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    out.put("epoch", answer.epoch());
    out.put("policy", answer.policy());
    out.put("passes", answer.passes().name().toLowerCase(Locale.ROOT));
    out.put("why", answer.why());
    out.put("limits", answer.limits().stream().map(CheckView::limit).toList());
    out.put("not_known", List.copyOf(answer.gaps()));
    return out;
  }

  private static Map<String, Object> limit(Row row) {
    var limit = row.explained().limit();
    var out = new LinkedHashMap<String, Object>();
    out.put("owner", row.explained().owner());
    out.put("limit", limit.name());
    out.put("algorithm", limit.algorithm().word());
    out.put("mode", limit.mode().word());
    out.put("why", word(row.explained().why()));
    if (row.explained().why() instanceof Why.Replaced(String by)) {
      out.put("by", by);
    }
    if (row.explained().why() instanceof Why.Elsewhere(String part)) {
      out.put("part", part);
    }
    out.put("capacity", row.capacity());
    row.state()
        .ifPresent(s -> {
          out.put("remaining", s.remaining());
          out.put(
              "reset_seconds",
              s.resetMicros() < AdmissionDecision.NEVER ? s.resetMicros() / SECOND : -1);
          out.put(
              "wait_seconds",
              s.waitMicros() < AdmissionDecision.NEVER ? s.waitMicros() / SECOND : -1);
        });
    return out;
  }
}
