package dev.deployclaw.core.machine;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Write;
import java.util.ArrayList;
import java.util.List;

/**
 * One legal move: the next state, and the one transaction that makes it true. The runtime adds its
 * leadership and the log record, so that state and record can't part.
 *
 * @param decision that it carries out
 */
public record Transition(
    Execution next, List<Condition> conditions, List<Write> writes, Note note, Decision decision) {
  public Transition {
    conditions = List.copyOf(conditions);
    writes = List.copyOf(writes);
  }

  /** The same, with more that becomes true by it. */
  public Transition with(List<Write> more) {
    var all = new ArrayList<>(writes);
    all.addAll(more);
    return new Transition(next, conditions, all, note, decision);
  }

  /** What the log says about the move. */
  public record Note(Phase phase, String detail, Status status) {}
}
