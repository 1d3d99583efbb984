package dev.deployclaw.container.approval;

import dev.deployclaw.core.election.CurrentTermCondition;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.store.UnreadableRecordException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel's messages in the state store. Each write is under the current term, without
 * leadership: it moves nothing that an agent acts on. It compares what it read, so of several
 * agents one wins. Any thread. Throws {@link StateStore.Unreachable}.
 */
record ApprovalMessageStore(StateStore state, String channel) {
  private static final Logger LOG = LoggerFactory.getLogger(ApprovalMessageStore.class);
  private static final int MOST_TRIES = 5;

  /** A message, and the entry from which it was read. */
  record Stored(String execution, ApprovalMessage message, Entry entry) {}

  /** All, by execution. */
  Map<String, Stored> all() throws InterruptedException {
    var out = new LinkedHashMap<String, Stored>();
    for (var entry : state.list(prefix())) {
      read(entry).ifPresent(stored -> out.put(stored.execution(), stored));
    }
    return out;
  }

  Optional<Stored> find(String execution) throws InterruptedException {
    return state.get(prefix() + execution).flatMap(this::read);
  }

  /** Puts one where none is, or in place of that one; false where another agent was faster. */
  boolean claim(String execution, Optional<Stored> before, ApprovalMessage message)
      throws InterruptedException {
    String key = prefix() + execution;
    var on = Condition.unmoved(key, before.map(Stored::entry));
    return applied(on, new Write.Put(key, message.bytes()));
  }

  /** Changes one, unless it is gone; read again where it was changed meanwhile. */
  void update(String execution, UnaryOperator<ApprovalMessage> change) throws InterruptedException {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var stored = find(execution);
      if (stored.isEmpty() || claim(execution, stored, change.apply(stored.get().message()))) {
        return;
      }
    }
  }

  /** Removes one, unless it was changed since. */
  void remove(Stored stored) throws InterruptedException {
    var entry = stored.entry();
    boolean _ =
        applied(
            new Condition.Unmoved(entry.key(), entry.modRevision()), new Write.Delete(entry.key()));
  }

  /** What is unknown is read again in the next round. */
  private boolean applied(Condition on, Write write) throws InterruptedException {
    var conditions = List.of(on, CurrentTermCondition.of(state));
    return state.transact(new Transaction(conditions, List.of(write))) instanceof Result.Applied;
  }

  private Optional<Stored> read(Entry entry) {
    try {
      var message = ApprovalMessage.read(entry.value());
      return Optional.of(new Stored(entry.key().substring(prefix().length()), message, entry));
    } catch (UnreadableRecordException e) {
      LOG.atWarn().addKeyValue("key", entry.key()).setCause(e).log("Not a message of a hold");
      return Optional.empty();
    }
  }

  private String prefix() {
    return StoreKeys.approvalMessages(channel);
  }
}
