package dev.deployclaw.executors.etcd.configuration;

import dev.deployclaw.core.spi.StateStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A store that answers once all others are asked as well. */
record BarrierStore(StateStore inner, CyclicBarrier all) implements StateStore {
  @Override
  public Optional<Entry> get(String key) throws InterruptedException {
    try {
      all.await(20, TimeUnit.SECONDS);
    } catch (BrokenBarrierException | TimeoutException e) {
      throw new Unreachable("the others weren't asked", e);
    }
    return inner.get(key);
  }

  @Override
  public List<Entry> list(String prefix) throws InterruptedException {
    return inner.list(prefix);
  }

  @Override
  public Result transact(Transaction transaction) throws InterruptedException {
    return inner.transact(transaction);
  }

  @Override
  public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
    return inner.stand(name, lease);
  }

  @Override
  public void close() {}
}
