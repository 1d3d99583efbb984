package dev.deployclaw.lab.stop;

import dev.deployclaw.container.wiring.PortDecorator;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Puts a {@link StopPoint} around every call that changes something or decides. */
public final class StopPointDecorator implements PortDecorator {
  private final Optional<StopPoint> point = StopPoint.of(StopPointDecorator::told);

  /**
   * A process is told by its environment; an agent in somebody's JVM by a property of that name.
   */
  private static Optional<String> told(String name) {
    return Optional.ofNullable(System.getenv(name))
        .or(() -> Optional.ofNullable(System.getProperty(name)));
  }

  @Override
  public BackendExecutor around(BackendExecutor executor) {
    return point.<BackendExecutor>map(p -> new StoppedExecutor(executor, p)).orElse(executor);
  }

  @Override
  public ObjectStore around(ObjectStore objects) {
    return point.<ObjectStore>map(p -> new StoppedObjects(objects, p)).orElse(objects);
  }

  @Override
  public StateStore around(StateStore state) {
    return point.<StateStore>map(p -> new StoppedState(state, p)).orElse(state);
  }

  private record StoppedExecutor(BackendExecutor executor, StopPoint point)
      implements BackendExecutor {
    @Override
    public String name() {
      return executor.name();
    }

    @Override
    public Set<String> verbs() {
      return executor.verbs();
    }

    @Override
    public CallOutcome execute(Invocation call) throws InterruptedException {
      if (call.call() instanceof ExecutorCall.Look) {
        return executor.execute(call);
      }
      String at = point.begin(call.operation());
      var outcome = executor.execute(call);
      point.end(at);
      return outcome;
    }
  }

  private record StoppedObjects(ObjectStore objects, StopPoint point) implements ObjectStore {
    @Override
    public Put create(String name, byte[] bytes) throws InterruptedException {
      String at = point.begin("s3.create");
      var put = objects.create(name, bytes);
      point.end(at);
      return put;
    }

    @Override
    public Get read(String name) throws InterruptedException {
      return objects.read(name);
    }

    @Override
    public String locate(String name) {
      return objects.locate(name);
    }

    @Override
    public void close() {
      objects.close();
    }
  }

  private record StoppedState(StateStore state, StopPoint point) implements StateStore {
    @Override
    public Optional<Entry> get(String key) throws InterruptedException {
      return state.get(key);
    }

    @Override
    public List<Entry> list(String prefix) throws InterruptedException {
      return state.list(prefix);
    }

    @Override
    public Result transact(Transaction transaction) throws InterruptedException {
      String at = point.begin("etcd.transact");
      var result = state.transact(transaction);
      point.end(at);
      return result;
    }

    @Override
    public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
      return state.stand(name, lease);
    }

    @Override
    public void close() {
      state.close();
    }
  }
}
