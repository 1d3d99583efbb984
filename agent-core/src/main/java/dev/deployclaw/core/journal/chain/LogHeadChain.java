package dev.deployclaw.core.journal.chain;

import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.ChainLink;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The chain that the ends of all logs make in the state store. It grows in the transaction that
 * anchors an end, and in no other: what activates never waits for it.
 */
public record LogHeadChain(StateStore state) {
  /**
   * Where the chain ends.
   *
   * @param read the key that says so, as it was read
   */
  public record Last(ChainLink link, Optional<Entry> read) {
    /** Whether it was read before at the same revision. */
    boolean same(Last earlier) {
      return read.map(Entry::modRevision).equals(earlier.read.map(Entry::modRevision));
    }

    /**
     * A transaction that joins the end of a log to the chain, too: only if the chain still ends
     * here, and once only.
     */
    public Transaction joining(Transaction transaction, String execution, LogHead end) {
      var next = link.next(execution, end.seq(), end.hash());
      List<Condition> conditions = new ArrayList<>(transaction.conditions());
      conditions.add(Condition.unmoved(StoreKeys.CHAIN_HEAD, read));
      conditions.add(new Condition.Absent(StoreKeys.chained(execution, end.seq())));
      List<Write> writes = new ArrayList<>(transaction.writes());
      writes.add(new Write.Put(StoreKeys.chained(execution, end.seq()), next.bytes()));
      writes.add(new Write.Put(StoreKeys.chainWaiting(next.number()), next.bytes()));
      writes.add(new Write.Put(StoreKeys.CHAIN_HEAD, next.bytes()));
      return new Transaction(conditions, writes);
    }
  }

  /** Where its key is gone or can't be read, the links say where it ends. */
  public Last last() throws InterruptedException {
    var read = state.get(StoreKeys.CHAIN_HEAD);
    var link = read.flatMap(e -> ChainLink.read(e.value()));
    return new Last(link.isPresent() ? link.get() : newest(), read);
  }

  boolean holds(String execution, LogHead end) throws InterruptedException {
    return state
        .get(StoreKeys.chained(execution, end.seq()))
        .filter(e -> marks(e, execution, end))
        .isPresent();
  }

  private static boolean marks(Entry entry, String execution, LogHead end) {
    return ChainLink.read(entry.value())
        .filter(link -> link.marks(execution, end.seq(), end.hash()))
        .isPresent();
  }

  private ChainLink newest() throws InterruptedException {
    return state.list(StoreKeys.CHAIN).stream()
        .flatMap(e -> ChainLink.read(e.value()).stream())
        .max(Comparator.comparingLong(ChainLink::number))
        .orElse(ChainLink.START);
  }
}
