package dev.deployclaw.lab.stop;

import dev.deployclaw.container.wiring.PortDecorator;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.ForwardingStateStore;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import java.util.Optional;

/** Tells a tap of each call of an agent that changes something or decides; reads pass by. */
public abstract class CallTapDecorator implements PortDecorator {
  private final Optional<? extends Tap> tap;

  protected CallTapDecorator(Optional<? extends Tap> tap) {
    this.tap = tap;
  }

  /** Is told of each call before it is made; what it returns runs once the call has answered. */
  public interface Tap {
    Runnable before(Invocation call);

    Runnable before(StateStore.Transaction transaction);

    Runnable beforeCreating(String object);
  }

  @Override
  public BackendExecutor around(BackendExecutor executor) {
    return tap.map(t -> tapped(executor, t)).orElse(executor);
  }

  @Override
  public ObjectStore around(ObjectStore objects) {
    return tap.<ObjectStore>map(t -> new TappedObjects(objects, t)).orElse(objects);
  }

  @Override
  public StateStore around(StateStore state) {
    return tap.map(t -> tapped(state, t)).orElse(state);
  }

  private static BackendExecutor tapped(BackendExecutor executor, Tap tap) {
    return new ForwardingExecutor(executor) {
      @Override
      public CallOutcome execute(Invocation call) throws InterruptedException {
        var after = tap.before(call);
        var outcome = super.execute(call);
        after.run();
        return outcome;
      }
    };
  }

  private static StateStore tapped(StateStore state, Tap tap) {
    return new ForwardingStateStore(state) {
      @Override
      public Result transact(Transaction transaction) throws InterruptedException {
        var after = tap.before(transaction);
        var result = super.transact(transaction);
        after.run();
        return result;
      }
    };
  }

  private record TappedObjects(ObjectStore objects, Tap tap) implements ObjectStore {
    @Override
    public Put create(String name, byte[] bytes) throws InterruptedException {
      var after = tap.beforeCreating(name);
      var put = objects.create(name, bytes);
      after.run();
      return put;
    }

    @Override
    public Get read(String name) throws InterruptedException {
      return objects.read(name);
    }

    @Override
    public boolean keep(String name, byte[] bytes) {
      return objects.keep(name, bytes);
    }

    @Override
    public int settle() throws InterruptedException {
      return objects.settle();
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
}
