package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the ends of logs into the state store: the last record, the head of its log, and its link
 * in the chain over all executions, in one transaction.
 */
final class Anchor {
  /**
   * How often the chain may have moved in between. Only who leads moves it, so that it can only be
   * a transaction of its own that comes late; then the end is anchored without its link, and the
   * next start joins it.
   */
  private static final int MOST_TRIES = 4;

  private static final Logger LOG = LoggerFactory.getLogger(Anchor.class);

  private final StateStore state;
  private final HeadChain chain;

  Anchor(StateStore state) {
    this.state = state;
    this.chain = new HeadChain(state);
  }

  /**
   * Anchors the last record of an execution, and keeps it. Without an answer it is kept all the
   * same: nobody else ends this log while this agent leads. Refused, it isn't: who leads by now
   * ends it, or finds it ended where the refusal was of a second try.
   */
  void end(Thought thought, Leadership leadership, Story story) throws InterruptedException {
    var sealed = story.seal(thought);
    List<Write> writes = new ArrayList<>();
    Ledger.audit(story, sealed, writes);
    var record = new Transaction(leadership.conditions(), writes);
    if (anchors(record, story.execution(), sealed.head())) {
      story.keep(sealed, thought);
    } else {
      story.fallSilent();
    }
  }

  /**
   * Anchors the last record of a log that ended before, while the state store couldn't be reached
   * or nobody led. Without an answer the next start does it again.
   *
   * @param head as it was read
   */
  void late(String execution, Sealed last, Optional<Entry> head, Leadership leadership)
      throws InterruptedException {
    List<Condition> conditions = new ArrayList<>(leadership.conditions());
    conditions.add(Condition.unmoved(Keys.auditHead(execution), head));
    List<Write> writes = new ArrayList<>();
    Ledger.audit(execution, last, writes);
    var _ = anchors(new Transaction(conditions, writes), execution, last.head());
  }

  private boolean anchors(Transaction record, String execution, Head end)
      throws InterruptedException {
    try {
      return !refused(record, execution, end);
    } catch (Unreachable e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("last record not anchored");
      return true;
    }
  }

  private boolean refused(Transaction record, String execution, Head end)
      throws InterruptedException {
    var last = chain.last();
    for (int tries = 1; tries <= MOST_TRIES; tries++) {
      if (!refuses(last.joining(record, execution, end))) {
        return false;
      }
      try {
        if (chain.holds(execution, end)) {
          return false;
        }
        var now = chain.last();
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
}
