package dev.deployclaw.executors.host;

import io.grpc.Context;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Interrupts the thread that made it: when the time is over, or when the agent gave the call up or
 * is gone. After it is closed it interrupts nobody, and its thread has no mark of an interrupt.
 */
final class CallInterrupt implements AutoCloseable, Context.CancellationListener {
  private final Thread thread = Thread.currentThread();
  private final Context context = Context.current();
  private final CompletableFuture<Boolean> timer = new CompletableFuture<>();
  private boolean ended;

  private CallInterrupt() {}

  static CallInterrupt after(Duration time) {
    var made = new CallInterrupt();
    made.context.addListener(made, Runnable::run);
    var _ =
        made.timer
            .completeOnTimeout(true, time.toNanos(), TimeUnit.NANOSECONDS)
            .thenRun(made::interrupt);
    return made;
  }

  @Override
  public void cancelled(Context ended) {
    interrupt();
  }

  private synchronized void interrupt() {
    if (!ended) {
      thread.interrupt();
    }
  }

  @Override
  public void close() {
    timer.cancel(false);
    context.removeListener(this);
    synchronized (this) {
      ended = true;
    }
    var _ = Thread.interrupted();
  }
}
