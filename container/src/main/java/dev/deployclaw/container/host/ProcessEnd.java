package dev.deployclaw.container.host;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * When a process ends that runs until it is told to: at SIGTERM, or with its standard input where
 * somebody holds that open. It lives until its parts are closed, but not for ever.
 */
public final class ProcessEnd implements AutoCloseable {
  private final Duration longest;
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  /**
   * @param longest how long its parts may take to be closed
   */
  public ProcessEnd(Duration longest) {
    this.longest = longest;
    Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "stop"));
  }

  /** Ends with standard input, too; a process that doesn't close its parts in time is halted. */
  void withInput() {
    var _ = Thread.ofPlatform().daemon().name("agent").start(this::watchInput);
  }

  /** Returns when it is to end. */
  public void await() throws InterruptedException {
    told.await();
  }

  /** All its parts are closed. */
  @Override
  public void close() {
    done.countDown();
  }

  private void signalled() {
    told.countDown();
    var _ = awaitClosing();
  }

  @SuppressWarnings("SystemExitOutsideMain")
  private void watchInput() {
    try {
      var _ = System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // an input that can't be read has ended
    }
    told.countDown();
    if (!awaitClosing()) {
      Runtime.getRuntime().halt(1);
    }
  }

  private boolean awaitClosing() {
    try {
      return done.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
