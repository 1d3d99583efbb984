package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import dev.deployclaw.core.sim.engine.SimLink.Message;
import dev.deployclaw.core.spi.StateStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** etcd as one process reaches it: strictly serializable where it answers, and leased by time. */
final class SimStateStore implements StateStore {
  /** What the client waits for an answer. */
  private static final long PATIENCE = 3_000_000;

  private final FakeStateStore store;
  private final SimLink line;

  SimStateStore(FakeStateStore store, SimLink line) {
    this.store = store;
    this.line = line;
  }

  @Override
  public Optional<Entry> get(String key) {
    return read("etcd.get " + key, () -> store.get(key));
  }

  @Override
  public List<Entry> list(String prefix) {
    return read("etcd.list " + prefix, () -> store.list(prefix));
  }

  @Override
  public Result transact(Transaction transaction) {
    var message =
        new Message<Result>(
            "etcd.transact" + keys(transaction),
            Kind.WRITES,
            () -> store.transact(transaction),
            () -> {
              throw away();
            });
    return line.ask(message, PATIENCE, () -> new Result.Unknown("no answer"));
  }

  @Override
  public Optional<Leadership> stand(String name, Duration lease) {
    long sent = line.sim().now();
    var message =
        new Message<Optional<Leadership>>(
            "etcd.stand",
            Kind.WRITES,
            () -> store.stand(name, lease).map(led -> SimLease.granted(store, line, led, lease)),
            () -> {
              throw away();
            });
    var led =
        line.ask(
            message,
            PATIENCE,
            () -> {
              throw away();
            });
    led.ifPresent(l -> ((SimLease) l).taken(sent));
    return led;
  }

  @Override
  public void close() {}

  private <T> T read(String what, Supplier<T> read) {
    var message =
        new Message<>(
            what,
            Kind.READS,
            read,
            () -> {
              throw away();
            });
    return line.ask(
        message,
        PATIENCE,
        () -> {
          throw away();
        });
  }

  private static Unreachable away() {
    return new Unreachable("no answer", new IllegalStateException("weather"));
  }

  private static String keys(Transaction transaction) {
    var text = new StringBuilder();
    for (var write : transaction.writes()) {
      text.append(' ')
          .append(
              switch (write) {
                case Write.Put(String key, byte[] _) -> key;
                case Write.Delete(String key) -> "-" + key;
                case Write.Clear(String prefix) -> "-" + prefix + "*";
              });
    }
    return text.toString();
  }
}
