package dev.deployclaw.container.vertx;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one periodic task by timers, at once and then after each pause, on a virtual thread of its
 * own: a task that blocks holds up no other. A run that fails is logged and comes again.
 */
public final class PeriodicTaskVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(PeriodicTaskVerticle.class);

  private final PeriodicTask task;
  private @Nullable Thread running;
  private boolean stopped;

  public PeriodicTaskVerticle(PeriodicTask task) {
    this.task = task;
  }

  @Override
  public Future<?> start() {
    begin();
    return Future.succeededFuture();
  }

  /** Interrupts the run that is under way; none follows. Any thread. */
  public synchronized void interrupt() {
    stopped = true;
    if (running != null) {
      running.interrupt();
    }
  }

  private synchronized void begin() {
    if (!stopped) {
      running = Thread.ofVirtual().name("periodic-" + task.name()).start(this::run);
    }
  }

  private void run() {
    try {
      task.action().run();
    } catch (InterruptedException e) {
      LOG.atDebug().addKeyValue("task", task.name()).log("A periodic task stops");
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("task", task.name())
          .addKeyValue("reason", e.toString())
          .log("A periodic task failed; it runs again after its pause");
    } finally {
      end();
    }
  }

  private synchronized void end() {
    running = null;
    if (!stopped) {
      long pause = Math.max(1, task.every().toMillis());
      context.runOnContext(_ -> vertx.setTimer(pause, _ -> begin()));
    }
  }
}
