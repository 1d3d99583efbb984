package dev.deployclaw.container.host;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * When an executor host ends: with its standard input, which its agent holds open, or at SIGTERM. A
 * host that doesn't close its parts in time is halted.
 */
final class HostEnd implements AutoCloseable {
  private static final Duration CLOSING = Duration.ofSeconds(4);

  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  HostEnd(boolean withInput) {
    Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "stop"));
    if (withInput) {
      var _ = Thread.ofPlatform().daemon().name("agent").start(this::watchInput);
    }
  }

  void await() throws InterruptedException {
    told.await();
  }

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
      var _ = System.in.transferTo(java.io.OutputStream.nullOutputStream());
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
      return done.await(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}
