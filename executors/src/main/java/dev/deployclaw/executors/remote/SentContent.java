package dev.deployclaw.executors.remote;

import dev.deployclaw.core.environment.InterruptibleSupplier;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What was sent to one start of a host, so that calls that need the same at the same time send it
 * once. For any thread.
 */
final class SentContent {
  private static final int MOST_KNOWN = 1_000;

  private final String incarnation;
  private final ReentrantLock sending = new ReentrantLock();
  private final Map<String, Long> sentAt = new HashMap<>();

  SentContent(String incarnation) {
    this.incarnation = incarnation;
  }

  String incarnation() {
    return incarnation;
  }

  /**
   * Sends it, unless another call did since this one asked for it.
   *
   * @param asked when, by {@link System#nanoTime()}, the call was made that the host couldn't read
   * @return whether the host has it
   */
  boolean send(String sha256, long asked, InterruptibleSupplier<Boolean> transfer)
      throws InterruptedException {
    sending.lockInterruptibly();
    try {
      var before = sentAt.get(sha256);
      if (before != null && before - asked >= 0) {
        return true;
      }
      if (!transfer.get()) {
        return false;
      }
      if (sentAt.size() >= MOST_KNOWN) {
        sentAt.clear();
      }
      sentAt.put(sha256, System.nanoTime());
      return true;
    } finally {
      sending.unlock();
    }
  }
}
