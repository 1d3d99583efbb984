package dev.deployclaw.core.journal.chain;

import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the ends of logs into the state store: the last record, the head of its log, and its link
 * in the chain over all executions, in one transaction.
 */
public record LogHeadWriter(StateStore state) {
  /**
   * How often the chain may have moved in between. Only who leads moves it, so that it can only be
   * a transaction of its own that comes late; then the end is anchored without its link, and the
   * next start joins it.
   */
  private static final int MOST_TRIES = 4;

  private static final Logger LOG = LoggerFactory.getLogger(LogHeadWriter.class);

  /**
   * Anchors the last record of an execution, and keeps it. Without an answer it is kept all the
   * same: nobody else ends this log while this agent leads. Refused, it isn't: who leads by now
   * ends it, or finds it ended where the refusal was of a second try.
   */
  void end(LogEntry thought, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    var sealed = recorder.seal(thought);
    List<Write> writes = new ArrayList<>();
    ChangeLedger.audit(recorder, sealed, writes);
    var record = new Transaction(leadership.conditions(), writes);
    if (anchors(record, recorder.execution(), sealed.head())) {
      recorder.keep(sealed, thought);
    } else {
      recorder.fallSilent();
    }
  }

  /**
   * Anchors the last record of a log that ended before, while the state store couldn't be reached
   * or no agent led. Without an answer the next start does it again.
   *
   * @param head as it was read
   */
  public void late(String execution, SealedRecord last, Optional<Entry> head, Leadership leadership)
      throws InterruptedException {
    List<Condition> conditions = new ArrayList<>(leadership.conditions());
    conditions.add(Condition.unmoved(StoreKeys.auditHead(execution), head));
    List<Write> writes = new ArrayList<>();
    ChangeLedger.audit(execution, last, writes);
    var _ = anchors(new Transaction(conditions, writes), execution, last.head());
  }

  private boolean anchors(Transaction record, String execution, LogHead end)
      throws InterruptedException {
    try {
      return !refused(record, execution, end);
    } catch (Unreachable e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("last record not anchored");
      return true;
    }
  }

  private boolean refused(Transaction record, String execution, LogHead end)
      throws InterruptedException {
    var last = chain().last();
    for (int tries = 1; tries <= MOST_TRIES; tries++) {
      if (!refuses(last.joining(record, execution, end))) {
        return false;
      }
      try {
        if (chain().holds(execution, end)) {
          return false;
        }
        var now = chain().last();
        if (now.same(last)) {
          return true;
        }
        last = now;
      } catch (Unreachable e) {
        return true;
      }
    }
    LOG.atWarn().addKeyValue("execution", execution).log("last record anchored without its link");
    return refuses(record);
  }

  private boolean refuses(Transaction transaction) throws InterruptedException {
    return state.transact(transaction) instanceof StateStore.Result.Refused;
  }

  private LogHeadChain chain() {
    return new LogHeadChain(state);
  }
}
