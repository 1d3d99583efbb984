package dev.deployclaw.lab.stop;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import java.util.Optional;

/** Puts a {@link StopPoint} around every call that changes something or decides. */
public final class StopPointDecorator extends CallTapDecorator {
  public StopPointDecorator() {
    super(StopPoint.of(StopPointDecorator::told).map(StopTap::new));
  }

  /**
   * A process is told by its environment; an agent in somebody's JVM by a property of that name.
   */
  private static Optional<String> told(String name) {
    return Optional.ofNullable(System.getenv(name))
        .or(() -> Optional.ofNullable(System.getProperty(name)));
  }

  private record StopTap(StopPoint point) implements Tap {
    @Override
    public Runnable before(Invocation call) {
      return call.call() instanceof ExecutorCall.Look ? () -> {} : begin(call.operation());
    }

    @Override
    public Runnable before(StateStore.Transaction transaction) {
      return begin(claims(transaction) ? "etcd.claim" : "etcd.transact");
    }

    @Override
    public Runnable beforeCreating(String object) {
      return begin("s3.create");
    }

    /** Whether it reserves, begins or takes over a task that came with a key. */
    private static boolean claims(StateStore.Transaction transaction) {
      return transaction.writes().stream()
          .anyMatch(write ->
              write instanceof StateStore.Write.Put put
                  && put.key().startsWith(StoreKeys.TASK_KEYS));
    }

    private Runnable begin(String name) {
      String at = point.begin(name);
      return () -> point.end(at);
    }
  }
}
