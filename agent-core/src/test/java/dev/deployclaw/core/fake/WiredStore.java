package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.ForwardingStateStore;
import dev.deployclaw.core.spi.StateStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The store as one agent's process reaches it. */
final class WiredStore extends ForwardingStateStore {
  private final AgentWire wire;

  WiredStore(StateStore store, AgentWire wire) {
    super(store);
    this.wire = wire;
  }

  @Override
  public Result transact(Transaction transaction) throws InterruptedException {
    return wire.call("transact", () -> super.transact(transaction));
  }

  @Override
  public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
    return wire.call("stand", () -> super.stand(name, lease)).map(Kept::new);
  }

  /** The store outlives the process. */
  @Override
  public void close() {}

  /** A dead process gives nothing back. */
  private final class Kept implements Leadership {
    private final Leadership inner;

    Kept(Leadership inner) {
      this.inner = inner;
    }

    @Override
    public String name() {
      return inner.name();
    }

    @Override
    public long term() {
      return inner.term();
    }

    @Override
    public List<Condition> conditions() {
      return inner.conditions();
    }

    @Override
    public boolean holds() {
      return inner.holds();
    }

    @Override
    public void close() {
      if (!wire.dead()) {
        inner.close();
      }
    }
  }
}
