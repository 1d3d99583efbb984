package dev.deployclaw.container.signin;

import dev.deployclaw.audit.signin.SignInAnchor;
import dev.deployclaw.audit.signin.SignInEvent;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events into the signed journal, on a thread of its own: callers don't wait for the disk.
 * What can't be written is counted, and a later record tells the number. Any thread.
 */
public final class SignInRecorder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignInRecorder.class);
  private static final int MOST_WAITING = 1024;
  private static final long LONGEST_STOP_SECONDS = 5;

  private final Optional<SignInJournal.Parts> parts;
  private final Optional<SignInAnchor> anchor;
  private final InstantSource clock;
  private final AtomicLong leftOut = new AtomicLong();
  private final ThreadPoolExecutor writer =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          Thread.ofVirtual().name("sign-ins").factory());

  /** Of the writer's thread; open once the disk let it. */
  private volatile @Nullable SignInJournal journal;

  /**
   * @param parts empty where nothing is recorded
   */
  private SignInRecorder(
      Optional<SignInJournal.Parts> parts, Optional<SignInAnchor> anchor, InstantSource clock) {
    this.parts = parts;
    this.anchor = anchor;
    this.clock = clock;
  }

  /** Opens the journal, on its thread. */
  public static SignInRecorder start(
      SignInJournal.Parts parts, SignInAnchor anchor, InstantSource clock) {
    var recorder = new SignInRecorder(Optional.of(parts), Optional.of(anchor), clock);
    recorder.later(recorder::opened, 0);
    return recorder;
  }

  /** One that records nothing. */
  public static SignInRecorder none() {
    return new SignInRecorder(Optional.empty(), Optional.empty(), InstantSource.system());
  }

  /** Returns at once. */
  void write(SignInEvent event) {
    var now = clock.instant();
    later(() -> write(event, now), event.count());
  }

  /** That an event has no record of its own. */
  void leftOut() {
    leftOut.incrementAndGet();
  }

  /**
   * Tells what was left out, ends the log of an hour that is over, copies it, looks whether one is
   * gone that was there, and, once that is known, lets old ones go.
   *
   * @param keep so many logs stay on this machine
   */
  void settle(int keep) throws InterruptedException {
    long count = leftOut.getAndSet(0);
    if (count > 0) {
      write(SignInEvent.leftOut(count));
    }
    later(() -> opened().look(clock.instant()), 0);
    var there = journal;
    if (there != null) {
      there
          .store()
          .ifPresent(why ->
              LOG.atWarn().addKeyValue("reason", why).log("Sign-in logs wait for the bucket"));
      compare(there, keep);
    }
  }

  private void compare(SignInJournal journal, int keep) throws InterruptedException {
    try {
      var missing = anchor.orElseThrow().settle(journal);
      missing.ifPresent(what -> later(() -> journal.found(what, clock.instant()), 0));
      int kept = journal.prune(keep);
      if (kept > 0) {
        LOG.atDebug().addKeyValue("logs", kept).log("Old sign-in logs stay: see audit copies");
      }
    } catch (Unreachable | BucketUnavailableException e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Sign-in logs stay, not compared");
    }
  }

  /** What was last found wrong with the logs. */
  Optional<SignInJournal.Tampering> tampering() {
    return Optional.ofNullable(journal).flatMap(SignInJournal::tampering);
  }

  /** Writes what waits. */
  @Override
  public void close() {
    long count = leftOut.getAndSet(0);
    if (count > 0) {
      write(SignInEvent.leftOut(count));
    }
    writer.shutdown();
    try {
      if (!writer.awaitTermination(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.atWarn().addKeyValue("events", writer.getQueue().size()).log("Sign-ins aren't written");
        writer.shutdownNow();
        return; // its thread holds the journal
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var there = journal;
    if (there != null) {
      there.close();
    }
  }

  /**
   * @param count of the events that are lost where it can't be done
   */
  private void later(Runnable work, long count) {
    if (parts.isEmpty()) {
      return;
    }
    Runnable guarded =
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) { // of a disk, mostly; the next event is tried again
            leftOut.addAndGet(count);
            LOG.atWarn().addKeyValue("reason", e.toString()).log("A sign-in can't be recorded");
          }
        };
    try {
      writer.execute(guarded);
    } catch (RejectedExecutionException e) {
      leftOut.addAndGet(count);
    }
  }

  private void write(SignInEvent event, Instant now) {
    if (!opened().write(event, now)) {
      leftOut.addAndGet(event.count());
      if (event.kind() == Kind.LEFT_OUT) { // which has no bound but the disk's
        LOG.atWarn()
            .addKeyValue("events", event.count())
            .log("Sign-ins aren't recorded: the disk is almost full");
      }
    }
  }

  private SignInJournal opened() {
    var there = journal;
    if (there == null) {
      there = SignInJournal.open(parts.orElseThrow(), clock.instant());
      journal = there;
    }
    return there;
  }
}
