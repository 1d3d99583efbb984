package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.core.query.TenantHistoryReport;
import dev.deployclaw.core.query.TenantHistoryReport.Changed;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.diff.DiffFormatter;
import dev.deployclaw.policy.diff.FieldDifference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Shows how a tenant's policies came to what they are. */
public record HistoryView(CommandEnvironment around) {
  private static final String UNKNOWN = "unknown";

  /** Prints it and returns the exit code. */
  public int show(String tenant, TenantHistoryReport answer, boolean json) {
    if (json) {
      around.json(document(tenant, answer));
    } else if (answer.exit() == ExitCode.OK) {
      print(tenant, answer);
    }
    if (answer.exit() != ExitCode.OK) {
      around.warn("deployclaw: " + answer.reason() + "; make it reachable, then ask again");
    }
    return answer.exit().code();
  }

  static Map<String, Object> document(String tenant, TenantHistoryReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("tenant", tenant);
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    out.put("changes", answer.changes().stream().map(HistoryView::change).toList());
    out.put("more", answer.more());
    return out;
  }

  private static Map<String, Object> change(Changed c) {
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", c.epoch());
    out.put("execution_id", c.execution());
    out.put("committed", c.committed().orElse(UNKNOWN));
    out.put("requester", c.requester());
    c.request().ifPresent(r -> out.put("request", r));
    out.put("result", c.result().name());
    if (c.unknown().isEmpty()) {
      out.put("diff", c.differences().stream().map(FieldDifference::toMap).toList());
    } else {
      out.put(UNKNOWN, c.unknown());
    }
    return out;
  }

  private void print(String tenant, TenantHistoryReport answer) {
    answer.changes().forEach(c -> lines(c).forEach(around::say));
    if (answer.changes().isEmpty()) {
      around.say("no committed epoch changed " + tenant);
    } else if (answer.more()) {
      around.say("older epochs weren't searched: see --limit");
    }
  }

  private static List<String> lines(Changed c) {
    var head =
        "epoch %d  %s  %s  %s  %s%s"
            .formatted(
                c.epoch(),
                StatusView.seconds(c.committed().orElse(UNKNOWN)),
                c.requester(),
                c.execution(),
                c.result(),
                c.request().map(r -> "  \"" + r + "\"").orElse(""));
    var what =
        c.unknown().isEmpty()
            ? DiffFormatter.of(c.differences()).stream().map(line -> "    " + line)
            : Stream.of("    " + UNKNOWN + ": " + c.unknown());
    return Stream.concat(Stream.of(head), what).toList();
  }
}
