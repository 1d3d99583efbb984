package dev.deployclaw.container.query;

import dev.deployclaw.audit.journal.LogTailReader;
import dev.deployclaw.container.intake.TaskQueue;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.util.List;
import java.util.Optional;

/**
 * One client's way through the log of an execution: a few records at a time, each once, from where
 * the last ones ended. One thread at a time.
 */
public record LogFollower(String execution, LogTailReader tail, TaskQueue queue) {
  private static final int MOST_AT_ONCE = 128;

  /**
   * Some records.
   *
   * @param superseded as {@link LogTailReader.Look} has it
   * @param more whether there are more behind them
   * @param rests whether nothing more comes for now: it has ended or is held, no job is about it,
   *     and these are its last records
   */
  public record Batch(
      Optional<LogHead> superseded, List<SealedRecord> records, boolean more, boolean rests) {
    public Batch {
      records = List.copyOf(records);
    }
  }

  /** What comes next; none where there is nothing yet. */
  public Batch next() {
    boolean busy = queue.isBusyWith(execution); // asked first: what is written since wakes again
    var look = tail.next(MOST_AT_ONCE);
    boolean rests = !busy && !look.more() && tail.atEnd();
    return new Batch(look.superseded(), look.records(), look.more(), rests);
  }
}
