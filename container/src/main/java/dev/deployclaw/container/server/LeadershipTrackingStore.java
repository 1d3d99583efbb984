package dev.deployclaw.container.server;

import dev.deployclaw.core.spi.StateStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A state store that knows whether this process leads. */
final class LeadershipTrackingStore implements StateStore {
  private final StateStore store;
  private final AtomicReference<@Nullable Leadership> led = new AtomicReference<>();

  LeadershipTrackingStore(StateStore store) {
    this.store = store;
  }

  boolean leads() {
    var leadership = led.get();
    return leadership != null && leadership.holds();
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
  public List<String> keys(String prefix) throws InterruptedException {
    return store.keys(prefix);
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
    var leadership = store.stand(name, lease);
    leadership.ifPresent(led::set);
    return leadership;
  }

  @Override
  public void close() {
    store.close();
  }
}
