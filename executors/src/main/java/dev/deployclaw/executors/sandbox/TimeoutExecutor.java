package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs each call on a virtual thread of its own, named after the operation, and interrupts it at
 * its deadline. A call that then ends within the grace still says what came of it; one that doesn't
 * is given up: unknown if it may have changed something, unavailable if it only looked.
 */
final class TimeoutExecutor extends ForwardingExecutor {
  private static final Duration GRACE = Duration.ofSeconds(2);

  TimeoutExecutor(BackendExecutor inner) {
    super(inner);
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var task = new FutureTask<CallOutcome>(() -> super.execute(call));
    var thread = Thread.ofVirtual().name(call.operation()).start(task);
    try {
      return within(call.deadline(), task, call);
    } catch (TimeoutException e) {
      thread.interrupt();
      return afterCutOff(task, call);
    } catch (InterruptedException e) {
      thread.interrupt();
      throw e;
    }
  }

  private static CallOutcome afterCutOff(FutureTask<CallOutcome> task, Invocation call)
      throws InterruptedException {
    try {
      return within(GRACE, task, call);
    } catch (TimeoutException e) {
      return cutOff(call);
    }
  }

  private static CallOutcome within(Duration atMost, FutureTask<CallOutcome> task, Invocation call)
      throws InterruptedException, TimeoutException {
    try {
      return task.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case InterruptedException _ -> cutOff(call);
        case RuntimeException bug -> throw bug;
        case Error bug -> throw bug;
        case null, default -> throw new IllegalStateException(e);
      };
    }
  }

  private static CallOutcome cutOff(Invocation call) {
    String reason = call.operation() + " was cut off after " + call.deadline().toMillis() + " ms";
    return CallOutcome.failed(
        EffectClass.of(call.call()) != EffectClass.OBSERVE
            ? new CallFault.Unknown(reason)
            : new CallFault.Unavailable(reason));
  }
}
