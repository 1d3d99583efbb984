package dev.deployclaw.container.vertx;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds that are under way, each on a virtual thread of its own. One that fails is logged and
 * walked again after its pause; none holds up another.
 */
public final class PeriodicTaskVerticle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeriodicTaskVerticle.class);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  public void start(List<PeriodicTask> rounds) {
    for (var round : rounds) {
      threads.add(Thread.ofVirtual().name("round-" + round.name()).start(() -> walk(round)));
    }
  }

  /** Interrupts all, and waits for them, bounded. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    try {
      for (var thread : threads) {
        if (!thread.join(LONGEST_STOP)) {
          LOG.atWarn().addKeyValue("round", thread.getName()).log("A round didn't stop in time");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void walk(PeriodicTask round) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        once(round);
        Thread.sleep(round.every());
      }
    } catch (InterruptedException e) {
      LOG.atDebug().addKeyValue("round", round.name()).log("A round stops");
    }
  }

  private static void once(PeriodicTask round) throws InterruptedException {
    try {
      round.walk().once();
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("round", round.name())
          .addKeyValue("reason", e.toString())
          .log("A round failed; it is walked again");
    }
  }
}
