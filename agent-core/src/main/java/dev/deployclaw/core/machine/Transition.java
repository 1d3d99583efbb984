package dev.deployclaw.core.machine;

import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One legal move: the next state, and the one transaction that makes it true. The runtime adds its
 * leadership and the log record, so that state and record can't part.
 *
 * @param decision that it carries out
 * @param facts that its record tells beside what follows from the state
 */
public record Transition(
    ChangeExecution next,
    List<Condition> conditions,
    List<Write> writes,
    Note note,
    RecordedDecision decision,
    Map<String, Object> facts) {
  public Transition {
    conditions = List.copyOf(conditions);
    writes = List.copyOf(writes);
    facts = Map.copyOf(facts);
  }

  /** The same, with more that becomes true by it. */
  public Transition with(List<Write> more) {
    var all = new ArrayList<>(writes);
    all.addAll(more);
    return new Transition(next, conditions, all, note, decision, facts);
  }

  /** The same, with more that its record tells. */
  public Transition withFacts(Map<String, Object> more) {
    var all = new TreeMap<>(facts);
    all.putAll(more);
    return new Transition(next, conditions, writes, note, decision, all);
  }

  /** What the log says about the move. */
  public record Note(Phase phase, String detail, Status status) {}
}
