package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.folder.StreamReconciliationLock;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.shipping.StreamLoss.Range;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.RecordDifference;
import dev.deployclaw.audit.stream.RecordDifference.Kind;
import dev.deployclaw.audit.stream.RecordRefusedException;
import dev.deployclaw.audit.stream.StreamCheckpoint;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the stream against what it had acknowledged, and gives it again what it lost. A loss is in
 * a file before it is repaired and changes its name afterwards, so a process that dies at any step
 * is gone on with, and the loss is told of once. What can't be given stays in such a file and is
 * tried again in each look. One process of a state folder at a time.
 */
record StreamReconciler(JournalFolder folder, StreamStateFiles files, InstantSource clock) {
  private static final Logger LOG = LoggerFactory.getLogger(StreamReconciler.class);

  /** Messages that a look has the server read: a block that it lost is found if it held 1 in 64. */
  private static final int MOST_TOUCHED = 64;

  /** Records of one range that can't be given, before the rest of it waits for the next look. */
  private static final int MOST_LEFT = 64;

  /**
   * @return whether the stream had to be compared
   * @throws IOException when that can't be done, or another process does it
   */
  boolean settle(AuditStream stream) throws IOException, InterruptedException {
    try (var alone = StreamReconciliationLock.take(folder)) {
      if (!alone.held()) {
        throw new IOException("another process is comparing the stream");
      }
      return settleAlone(stream);
    }
  }

  /** Keeps how far the stream is. Comes before the cursor that stands on it. */
  void reached(StreamCheckpoint.Message message) {
    var mark = StreamCheckpoint.load(folder.mark());
    var now = mark.reached(message);
    if (!now.equals(mark)) {
      keep(now);
    }
  }

  private boolean settleAlone(AuditStream stream) throws IOException, InterruptedException {
    for (var loss : files.open()) {
      repair(stream, loss);
    }
    stream.touch(MOST_TOUCHED, clock.millis() % 1_000 / 1_000.0);
    var stock = stream.stock();
    var mark = StreamCheckpoint.load(folder.mark());
    var suspicion = mark.suspicion(stock, stream.at(mark.reached().seq()));
    if (suspicion.isEmpty()) {
      return false;
    }
    var missing = compare(stream);
    if (!missing.isEmpty()) {
      var loss = new StreamLoss(clock.instant().toString(), suspicion.get(), missing);
      LOG.atWarn()
          .addKeyValue("cause", loss.cause())
          .addKeyValue("records", loss.records())
          .log("The stream has lost records that it acknowledged: shipping them again");
      files.begin(loss);
      repair(stream, loss);
    }
    var now = stream.stock();
    keep(StreamCheckpoint.settled(now, stream.at(now.last())));
    return true;
  }

  /** What of all logs the stream acknowledged and lacks; one log at a time is in memory. */
  private List<Range> compare(AuditStream stream) throws IOException, InterruptedException {
    var missing = new ArrayList<Range>();
    for (String execution : folder.executions()) {
      var written = acknowledged(execution);
      if (!written.isEmpty()) {
        missing.addAll(compareWhole(stream, execution, written));
      }
    }
    return missing;
  }

  /** One that is damaged tells nothing of the stream, and holds up no other. */
  private List<Range> compareWhole(AuditStream stream, String execution, List<byte[]> written)
      throws IOException, InterruptedException {
    try {
      return compare(stream, execution, written);
    } catch (DamagedJournalException e) {
      LOG.atError().addKeyValue("execution", execution).log("Not compared: " + e.getMessage());
      return List.of();
    }
  }

  private List<Range> compare(AuditStream stream, String execution, List<byte[]> written)
      throws IOException, InterruptedException {
    var shipped = stream.records(execution);
    var byPlace = new TreeMap<>(shipped);
    var differences =
        RecordDifference.between(execution, shipped, written, folder.superseded(execution));
    if (differences.stream().noneMatch(d -> d.kind() == Kind.DIFFERENT)) {
      files.over(execution, 1, written.size());
    }
    for (var d : differences) {
      if (d.kind() == Kind.DIFFERENT) {
        byte[] here = written.get((int) d.seq() - 1);
        byte[] there = byPlace.getOrDefault(Long.toString(d.seq()), new byte[0]);
        forked(AuditStream.Fork.of(execution, d.seq(), here, there));
      }
    }
    return StreamLoss.ranges(
        execution,
        differences.stream()
            .filter(d -> d.kind() == Kind.MISSING)
            .map(RecordDifference::seq)
            .toList());
  }

  /** What a cursor says that the stream has, if the file is still the one that it is about. */
  private List<byte[]> acknowledged(String execution) {
    var cursor = ShippingCursor.load(folder.cursor(execution));
    if (cursor.seq() == 0) {
      return List.of();
    }
    try {
      var before = RecordLines.read(folder.records(execution), cursor.before());
      return cursor.fits(execution, before) ? before.lines() : List.of();
    } catch (IOException | DamagedJournalException e) {
      LOG.atError().addKeyValue("execution", execution).log("Not compared: " + e.getMessage());
      return List.of();
    }
  }

  private void repair(AuditStream stream, StreamLoss loss)
      throws IOException, InterruptedException {
    var left = new ArrayList<Range>();
    for (var range : loss.ranges()) {
      var lacking = repair(stream, range);
      if (lacking.isEmpty()) {
        files.freed(range.execution(), range.from(), range.to());
      }
      left.addAll(StreamLoss.ranges(range.execution(), lacking));
    }
    if (!left.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("cause", loss.cause())
          .addKeyValue("records", left.stream().mapToLong(Range::records).sum())
          .log(
              "Some records that the stream lost can't be shipped again yet: each check "
                  + "retries them");
    }
    files.done(loss, left);
  }

  /** Gives the stream what it lacks of it; the numbers of records that it can't be given. */
  private List<Long> repair(AuditStream stream, Range range)
      throws IOException, InterruptedException {
    var left = new ArrayList<Long>();
    long next = range.from();
    long to = next - 1;
    try {
      var lines = lines(range.execution());
      to = Math.min(range.to(), lines.size());
      while (next <= to && left.size() < MOST_LEFT) {
        long last = Math.min(to, next + NatsShipper.WINDOW - 1);
        next = give(stream, records(new Range(range.execution(), next, last), lines), left);
      }
    } catch (DamagedJournalException e) {
      stuck(damaged(e));
      to = range.to();
    }
    LongStream.rangeClosed(next, to).forEach(left::add);
    return left;
  }

  /**
   * Publishes records that follow each other.
   *
   * @param left gets the number of the one that can't be given
   * @return the number to go on with
   */
  private long give(AuditStream stream, List<StreamRecord> records, List<Long> left)
      throws IOException, InterruptedException {
    var lost = folder.superseded(records.getFirst().execution());
    try {
      var _ =
          stream.publish(
              records, there -> lost.stream().anyMatch(one -> Arrays.equals(one, there)));
      return records.getLast().seq() + 1;
    } catch (AuditStream.Fork e) {
      forked(e.what());
      left.add(e.what().seq());
      return e.what().seq() + 1;
    } catch (RecordRefusedException e) {
      stuck(e.what());
      left.add(e.what().seq());
      return e.what().seq() + 1;
    }
  }

  private List<byte[]> lines(String execution) throws IOException {
    try {
      return RecordLines.read(folder.records(execution), RecordLines.Span.ALL).lines();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedJournalException(execution, 1, "can't be read: " + e.getMessage());
    }
  }

  private static List<StreamRecord> records(Range range, List<byte[]> lines) {
    return LongStream.rangeClosed(range.from(), range.to())
        .mapToObj(seq -> StreamRecord.of(range.execution(), seq, lines.get((int) seq - 1)))
        .toList();
  }

  /** Keeps that a record can't be shipped, and tells of it once. */
  void stuck(Stuck one) {
    if (files.held(one)) {
      LOG.atError().addKeyValue("execution", one.execution()).log(one.sentence());
    }
  }

  static Stuck damaged(DamagedJournalException e) {
    return new Stuck(
        e.execution(),
        e.seq(),
        String.valueOf(e.getMessage()),
        "find the damage with deployclaw log " + e.execution() + ", and restore its file");
  }

  void forked(StreamCopy.Fork fork) {
    LOG.atError().addKeyValue("execution", fork.execution()).log(fork.sentence());
    files.found(fork);
  }

  private void keep(StreamCheckpoint mark) {
    folder.keep(folder.mark().getFileName().toString(), mark.bytes());
  }
}
