package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import dev.deployclaw.core.sim.engine.SimLink.Message;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.store.StoreKeys;
import java.time.Duration;
import java.util.List;

/**
 * The lead of one process: etcd counts the lease from when it granted or renewed it, the process
 * from when it sent that, less a tenth, as {@code LeaseWatch} does. Who stands still renews
 * nothing.
 */
final class SimLease implements Leadership {
  private static final int RENEWALS_A_LEASE = 3;
  private static final long PATIENCE = 3_000_000;

  private final FakeStateStore store;
  private final SimLink line;
  private final Leadership led;
  private final long revision;
  private final long micros;
  private long expires;
  private long deadline;
  private boolean over;

  private SimLease(FakeStateStore store, SimLink line, Leadership led, Duration lease) {
    this.store = store;
    this.line = line;
    this.led = led;
    this.revision = store.get(StoreKeys.LEADER).map(Entry::modRevision).orElseThrow();
    this.micros = lease.toNanos() / 1000;
  }

  /** etcd grants it, whether or not the process hears of it. */
  static SimLease granted(FakeStateStore store, SimLink line, Leadership led, Duration lease) {
    var granted = new SimLease(store, line, led, lease);
    granted.extend();
    return granted;
  }

  /** The process heard of it, and keeps it alive from now on. */
  void taken(long sent) {
    deadline = sent + micros / 10 * 9;
    renewLater();
  }

  @Override
  public String name() {
    return led.name();
  }

  @Override
  public long term() {
    return led.term();
  }

  @Override
  public List<Condition> conditions() {
    return led.conditions();
  }

  @Override
  public boolean holds() {
    over |= line.sim().now() >= deadline;
    return !over;
  }

  @Override
  public void close() {
    over = true;
    if (!line.actor().dead()) {
      var message = new Message<>("etcd.revoke", Kind.WRITES, this::revoke, () -> false);
      line.ask(message, PATIENCE, () -> false);
    }
  }

  private void extend() {
    expires = line.sim().now() + micros + line.weather().revokesLate();
    line.sim().after(expires - line.sim().now(), led.name() + "'s lease", this::expire);
  }

  private void expire() {
    if (line.sim().now() >= expires) {
      revoke();
    }
  }

  private boolean revoke() {
    boolean mine = store.get(StoreKeys.LEADER).filter(e -> e.modRevision() == revision).isPresent();
    if (mine) {
      line.sim().trace().add(line.sim().now(), "revoked " + led.name());
      store.delete(StoreKeys.LEADER);
    }
    return mine;
  }

  private void renewLater() {
    line.sim().after(micros / RENEWALS_A_LEASE, led.name() + " renews", this::renew);
  }

  private void renew() {
    if (over || line.actor().dead() || line.actor().over()) {
      return;
    }
    boolean there =
        store.get(StoreKeys.LEADER).filter(e -> e.modRevision() == revision).isPresent();
    if (!line.actor().paused() && there && !line.weather().losesRenewal()) {
      deadline = line.sim().now() + micros / 10 * 9;
      extend();
    }
    renewLater();
  }
}
