package dev.deployclaw.core.log;

import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A journal that tells somebody of each record once it is on disk. */
public record NotifyingJournal(Journal journal, Listener listener) implements Journal {
  /** Who is told, on the thread that thinks: it must not block, and must not throw. */
  @FunctionalInterface
  public interface Listener {
    /** A record is on disk. */
    void appended(String execution, SealedRecord sealed);

    /** The last records of a log were taken out of it. */
    default void superseded(String execution) {}
  }

  @Override
  public void append(String execution, SealedRecord sealed) {
    journal.append(execution, sealed);
    listener.appended(execution, sealed);
  }

  @Override
  public List<byte[]> read(String execution) {
    return journal.read(execution);
  }

  @Override
  public Optional<String> version(String execution) {
    return journal.version(execution);
  }

  @Override
  public Optional<LogOutline> outline(String execution) {
    return journal.outline(execution);
  }

  @Override
  public LogClaims claims() {
    return journal.claims();
  }

  @Override
  public StreamCopy stream() {
    return journal.stream();
  }

  @Override
  public List<String> known() {
    return journal.known();
  }

  @Override
  public BucketCopy bucket() {
    return journal.bucket();
  }

  @Override
  public List<String> executions() {
    return journal.executions();
  }

  @Override
  public void supersede(String execution, long after) {
    journal.supersede(execution, after);
    listener.superseded(execution);
  }

  @Override
  public List<SupersededRecords> superseded() {
    return journal.superseded();
  }

  @Override
  public List<byte[]> read(SupersededRecords moved) {
    return journal.read(moved);
  }

  @Override
  public Shipping flush(Duration atMost) throws InterruptedException {
    return journal.flush(atMost);
  }

  @Override
  public void close() {
    journal.close();
  }
}
