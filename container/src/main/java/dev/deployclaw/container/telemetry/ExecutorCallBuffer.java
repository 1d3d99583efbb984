package dev.deployclaw.container.telemetry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The calls made for executions that are still at work, as many as are kept. Any thread. */
final class ExecutorCallBuffer {
  private static final int MOST_EXECUTIONS = 16;
  private static final int MOST_CALLS = 4_096;

  private final Map<String, Kept> byExecution = new LinkedHashMap<>();

  private static final class Kept {
    private final List<ExecutorCallRecord> calls = new ArrayList<>();
    private long leftOut;
  }

  /**
   * @param leftOut how many there were beyond
   */
  record Calls(List<ExecutorCallRecord> made, long leftOut) {
    static final Calls NONE = new Calls(List.of(), 0);

    Calls {
      made = List.copyOf(made);
    }
  }

  synchronized void add(String execution, ExecutorCallRecord call) {
    var kept = byExecution.computeIfAbsent(execution, _ -> new Kept());
    if (kept.calls.size() < MOST_CALLS) {
      kept.calls.add(call);
    } else {
      kept.leftOut++;
    }
    if (byExecution.size() > MOST_EXECUTIONS) {
      byExecution.remove(byExecution.keySet().iterator().next());
    }
  }

  /** All of them, which are kept no longer. */
  synchronized Calls take(String execution) {
    var kept = byExecution.remove(execution);
    return kept == null ? Calls.NONE : new Calls(kept.calls, kept.leftOut);
  }
}
