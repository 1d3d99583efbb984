package dev.deployclaw.audit;

import dev.deployclaw.audit.StreamDiff.Difference;
import dev.deployclaw.audit.StreamDiff.Kind;
import dev.deployclaw.audit.StreamLoss.Range;
import dev.deployclaw.core.log.StreamCopy;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the stream against what it had acknowledged, and gives it again what it lost. A loss is in
 * a file before it is repaired and changes its name afterwards, so a process that dies at any step
 * is gone on with, and the loss is told of once. One process of a state folder at a time.
 */
final class StreamKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(StreamKeeper.class);

  /** Messages that a look has the server read: a block that it lost is found if it held 1 in 64. */
  private static final int MOST_TOUCHED = 64;

  private final JournalFolder folder;
  private final StreamCopyFiles files;
  private final InstantSource clock;

  StreamKeeper(JournalFolder folder, StreamCopyFiles files, InstantSource clock) {
    this.folder = folder;
    this.files = files;
    this.clock = clock;
  }

  /**
   * @return whether the stream had to be compared
   * @throws IOException when that can't be done, or another process does it
   */
  boolean settle(AuditStream stream) throws IOException, InterruptedException {
    try (var alone = StreamLock.take(folder)) {
      if (!alone.held()) {
        throw new IOException("another process compares the stream");
      }
      return settleAlone(stream);
    }
  }

  /** Keeps how far the stream is. Comes before the cursor that stands on it. */
  void reached(StreamMark.Message message) {
    var mark = StreamMark.load(folder.mark());
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
    var mark = StreamMark.load(folder.mark());
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
    keep(StreamMark.settled(now, stream.at(now.last())));
    return true;
  }

  /** What of all logs the stream acknowledged and lacks; one log at a time is in memory. */
  private List<Range> compare(AuditStream stream) throws IOException, InterruptedException {
    var missing = new ArrayList<Range>();
    for (String execution : folder.executions()) {
      var written = acknowledged(execution);
      if (!written.isEmpty()) {
        missing.addAll(compare(stream, execution, written));
      }
    }
    return missing;
  }

  private List<Range> compare(AuditStream stream, String execution, List<byte[]> written)
      throws IOException, InterruptedException {
    var shipped = stream.records(execution);
    var byPlace = new TreeMap<>(shipped);
    var differences =
        StreamDiff.differences(execution, shipped, written, folder.superseded(execution));
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
        differences.stream().filter(d -> d.kind() == Kind.MISSING).map(Difference::seq).toList());
  }

  /** What a cursor says that the stream has, if the file is still the one that it is about. */
  private List<byte[]> acknowledged(String execution) {
    var cursor = Cursor.load(folder.cursor(execution));
    if (cursor.seq() == 0) {
      return List.of();
    }
    try {
      var before = RecordLines.read(folder.records(execution), cursor.before());
      return cursor.fits(execution, before) ? before.lines() : List.of();
    } catch (IOException | DamagedJournal e) {
      LOG.atError().addKeyValue("execution", execution).log("Not compared: " + e.getMessage());
      return List.of();
    }
  }

  private void repair(AuditStream stream, StreamLoss loss)
      throws IOException, InterruptedException {
    for (var range : loss.ranges()) {
      try {
        repair(stream, range);
      } catch (AuditStream.Fork e) {
        forked(e.what());
      }
    }
    files.done(loss);
  }

  private void repair(AuditStream stream, Range range)
      throws IOException, InterruptedException, AuditStream.Fork {
    var lines = RecordLines.read(folder.records(range.execution()), RecordLines.Span.ALL).lines();
    var lost = folder.superseded(range.execution());
    long to = Math.min(range.to(), lines.size());
    for (long from = range.from(); from <= to; from += NatsShipper.WINDOW) {
      var window = new ArrayList<StreamRecord>();
      for (long seq = from; seq <= Math.min(to, from + NatsShipper.WINDOW - 1); seq++) {
        window.add(StreamRecord.of(range.execution(), seq, lines.get((int) seq - 1)));
      }
      var _ =
          stream.publish(window, there -> lost.stream().anyMatch(one -> Arrays.equals(one, there)));
    }
  }

  void forked(StreamCopy.Fork fork) {
    LOG.atError().addKeyValue("execution", fork.execution()).log(fork.sentence());
    files.found(fork);
  }

  private void keep(StreamMark mark) {
    folder.keep(folder.mark().getFileName().toString(), mark.bytes());
  }
}
