package dev.deployclaw.core.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Passes every call to another store; a decorator overrides those that it is about. */
public abstract class ForwardingStateStore implements StateStore {
  private final StateStore store;

  /** One before the store, which it closes. */
  protected ForwardingStateStore(StateStore store) {
    this.store = store;
  }

  @Override
  public Optional<Entry> get(String key) throws InterruptedException {
    return store.get(key);
  }

  @Override
  public List<Entry> get(List<String> keys) throws InterruptedException {
    return store.get(keys);
  }

  @Override
  public SortedMap<String, Long> revisions(String prefix) throws InterruptedException {
    return store.revisions(prefix);
  }

  @Override
  public List<Entry> list(String prefix) throws InterruptedException {
    return store.list(prefix);
  }

  @Override
  public Result transact(Transaction transaction) throws InterruptedException {
    return store.transact(transaction);
  }

  @Override
  public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
    return store.stand(name, lease);
  }

  @Override
  public void close() {
    store.close();
  }
}
