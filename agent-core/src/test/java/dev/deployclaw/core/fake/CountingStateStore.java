package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.ForwardingStateStore;
import dev.deployclaw.core.spi.StateStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A state store that remembers which single keys were read. */
public final class CountingStateStore extends ForwardingStateStore {
  private final List<String> read = new CopyOnWriteArrayList<>();

  public CountingStateStore(StateStore store) {
    super(store);
  }

  @Override
  public Optional<Entry> get(String key) throws InterruptedException {
    read.add(key);
    return super.get(key);
  }

  /** How often a key was read whose name has this in it. */
  public long reads(String part) {
    return read.stream().filter(key -> key.contains(part)).count();
  }
}
