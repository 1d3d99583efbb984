package dev.deployclaw.container.cli;

import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.runtime.HistoryAnswer;
import dev.deployclaw.core.runtime.HistoryAnswer.Changed;
import dev.deployclaw.policy.diff.DiffLines;
import dev.deployclaw.policy.diff.Difference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Shows how a tenant's policies came to what they are. */
final class HistoryView {
  private static final String UNKNOWN = "unknown";

  private final Surroundings around;

  HistoryView(Surroundings around) {
    this.around = around;
  }

  /** Prints it and returns the exit code. */
  int show(String tenant, HistoryAnswer answer, boolean json) {
    if (json) {
      around.out().println(Json.text(document(tenant, answer)));
    } else if (answer.exit() == ExitCode.OK) {
      print(tenant, answer);
    }
    if (answer.exit() != ExitCode.OK) {
      around.warn("deployclaw: " + answer.reason() + "; make it reachable, then ask again");
    }
    return answer.exit().code();
  }

  static Map<String, Object> document(String tenant, HistoryAnswer answer) {
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
      out.put("diff", c.differences().stream().map(Difference::toMap).toList());
    } else {
      out.put(UNKNOWN, c.unknown());
    }
    return out;
  }

  private void print(String tenant, HistoryAnswer answer) {
    answer.changes().forEach(c -> lines(c).forEach(around::say));
    if (answer.changes().isEmpty()) {
      around.say("no committed epoch changed " + tenant);
    } else if (answer.more()) {
      around.say("older epochs weren't looked at: see --limit");
    }
  }

  private static List<String> lines(Changed c) {
    var head =
        "epoch %d  %s  %s  %s  %s%s"
            .formatted(
                c.epoch(),
                c.committed().orElse(UNKNOWN),
                c.requester(),
                c.execution(),
                c.result(),
                c.request().map(r -> "  \"" + r + "\"").orElse(""));
    var what =
        c.unknown().isEmpty()
            ? DiffLines.of(c.differences()).stream().map(line -> "    " + line)
            : Stream.of("    " + UNKNOWN + ": " + c.unknown());
    return Stream.concat(Stream.of(head), what).toList();
  }
}
