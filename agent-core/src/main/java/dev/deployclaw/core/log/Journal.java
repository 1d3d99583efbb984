package dev.deployclaw.core.log;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where sealed records go first: a local synced file per execution, from which they are shipped to
 * the stream. Appends come from one thread per execution.
 */
public interface Journal extends AutoCloseable {
  /**
   * Returns when the bytes are on disk. Shipping goes on behind it and never blocks.
   *
   * @throws LogTakenOverException when another process has appended to this log meanwhile
   */
  void append(String execution, RecordSealer.SealedRecord sealed);

  /**
   * All records of an execution that are whole, in order; a torn last record is left out. Those of
   * a log that left this machine come from the bucket.
   *
   * @throws BucketUnavailableException when they are there and can't be read
   */
  List<byte[]> read(String execution);

  /**
   * Names what a log is now: it has another name whenever something of it was written since. Empty
   * where that isn't known.
   */
  default Optional<String> version(String execution) {
    return Optional.empty();
  }

  /**
   * The first and the last records of a log that is too long to be read for a list; empty for
   * another one.
   */
  default Optional<LogOutline> outline(String execution) {
    return Optional.empty();
  }

  /** Who writes which log now, among the processes that share this journal. */
  default LogClaims claims() {
    return LogClaims.NONE;
  }

  /** What is known of the stream as a copy of these logs. */
  default StreamCopy stream() {
    return StreamCopy.NONE;
  }

  /** What the bucket has of these logs. */
  default BucketCopy bucket() {
    return BucketCopy.NONE;
  }

  /** Executions whose records lie here, newest last. */
  List<String> executions();

  /** The same, with those whose records left this machine for the bucket. */
  default List<String> known() {
    return executions();
  }

  /**
   * Moves the records of a log after a number into a file beside it, where people find them. Done
   * in part by a process that died, the next call does the whole of it.
   *
   * @param after the last record that stays
   */
  void supersede(String execution, long after);

  /** What was moved out of logs, by execution and number. */
  List<SupersededRecords> superseded();

  /** The records of it, in order. */
  List<byte[]> read(SupersededRecords moved);

  /**
   * Waits, bounded, until all that was appended is acknowledged by the stream, or the stream turns
   * out to be away.
   *
   * @return what is known of the shipping, for the document: {@code shipped}, {@code pending},
   *     {@code reason}
   */
  Shipping flush(Duration atMost) throws InterruptedException;

  @Override
  void close();

  /** How far the stream has it. */
  record Shipping(long shipped, long pending, String reason) {}
}
