package dev.deployclaw.core.sim.bug;

import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What a planted bug does to what an agent sends to the state store and reads there. */
interface StateStoreTap {
  default Optional<Entry> read(String key, Optional<Entry> there) {
    return there;
  }

  default Transaction sent(Transaction transaction) {
    return transaction;
  }

  /** After it was answered. */
  default Result answered(Transaction transaction, Result result, StateStore store)
      throws InterruptedException {
    return result;
  }

  /** The store with a tap on it. */
  record On(StateStore store, StateStoreTap tap) implements StateStore {
    @Override
    public Optional<Entry> get(String key) throws InterruptedException {
      return tap.read(key, store.get(key));
    }

    @Override
    public List<Entry> list(String prefix) throws InterruptedException {
      return store.list(prefix);
    }

    @Override
    public Result transact(Transaction transaction) throws InterruptedException {
      return tap.answered(transaction, store.transact(tap.sent(transaction)), store);
    }

    @Override
    public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
      return store.stand(name, lease);
    }

    @Override
    public void close() {}
  }

  /** Without the conditions on some keys. */
  static Transaction without(Transaction transaction, Predicate<String> keys) {
    return new Transaction(
        transaction.conditions().stream().filter(c -> !keys.test(key(c))).toList(),
        transaction.writes());
  }

  static Transaction dropping(Transaction transaction, Predicate<String> keys) {
    return new Transaction(
        transaction.conditions(),
        transaction.writes().stream().filter(w -> !keys.test(key(w))).toList());
  }

  static Optional<Write> write(Transaction transaction, String prefix) {
    return transaction.writes().stream().filter(w -> key(w).startsWith(prefix)).findFirst();
  }

  static String key(Condition condition) {
    return switch (condition) {
      case Condition.Absent(String key) -> key;
      case Condition.Unmoved(String key, long _) -> key;
      case Condition.Holds(String key, byte[] _) -> key;
    };
  }

  static String key(Write write) {
    return switch (write) {
      case Write.Put(String key, byte[] _) -> key;
      case Write.Delete(String key) -> key;
      case Write.Clear(String prefix) -> prefix;
    };
  }
}
