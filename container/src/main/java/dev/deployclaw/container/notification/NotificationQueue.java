package dev.deployclaw.container.notification;

import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.container.monitor.AlertNotification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one sink hasn't been told yet, in order, each in a file. Where a file can't be written the
 * notice waits in memory alone. Any thread.
 */
final class NotificationQueue {
  private static final Logger LOG = LoggerFactory.getLogger(NotificationQueue.class);
  private static final String ENDING = ".json";

  /** Beyond it the oldest is given up. */
  static final int MOST = 1000;

  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Item> waiting = new ArrayDeque<>();
  private long last;

  private NotificationQueue(Path folder) {
    this.folder = folder;
  }

  /** A notice and its place in the order. */
  record Item(long number, AlertNotification notice) {}

  /** With what an earlier process left. */
  static NotificationQueue in(Path folder) {
    var pending = new NotificationQueue(folder);
    try {
      Files.createDirectories(folder);
      var left = new ArrayList<Item>();
      try (var files = Files.newDirectoryStream(folder, "*" + ENDING)) {
        files.forEach(file -> read(file).ifPresent(left::add));
      }
      left.sort(Comparator.comparingLong(Item::number));
      pending.waiting.addAll(left);
      pending.last = left.isEmpty() ? 0 : left.getLast().number();
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for pending notices: " + folder, e);
    }
    return pending;
  }

  /** Adds one; returns the oldest where there were too many. */
  Optional<AlertNotification> add(AlertNotification notice) {
    lock.lock();
    try {
      long number = ++last;
      waiting.add(new Item(number, notice));
      try {
        AtomicFile.write(file(number), notice.bytes());
      } catch (UncheckedIOException e) {
        LOG.atWarn().setCause(e).log("A notice waits in memory only");
      }
      changed.signalAll();
      return waiting.size() > MOST ? Optional.of(dropOldest()) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the oldest; it stays. */
  Item oldest() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty()) {
        changed.await();
      }
      return waiting.getFirst();
    } finally {
      lock.unlock();
    }
  }

  void drop(Item item) {
    lock.lock();
    try {
      waiting.remove(item);
      delete(item.number());
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  private AlertNotification dropOldest() {
    var oldest = waiting.removeFirst();
    delete(oldest.number());
    return oldest.notice();
  }

  private static Optional<Item> read(Path file) {
    String name = file.getFileName().toString().replace(ENDING, "");
    var notice = AtomicFile.read(file).flatMap(AlertNotification::read);
    if (notice.isEmpty() || !name.matches("\\d{1,18}")) {
      LOG.atWarn().addKeyValue("file", file).log("Not a pending notice; it is ignored");
      return Optional.empty();
    }
    return Optional.of(new Item(Long.parseLong(name), notice.get()));
  }

  private void delete(long number) {
    try {
      Files.deleteIfExists(file(number));
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", file(number)).setCause(e).log("A notice's file stays");
    }
  }

  private Path file(long number) {
    return folder.resolve("%018d%s".formatted(number, ENDING));
  }
}
