package dev.deployclaw.bench.log;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.measure.TurnOptions;
import dev.deployclaw.bench.sample.SampleLogEntries;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How many records a second the thought log takes, ships and verifies, each against its floor. */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The thought log: sealing, the synced file, JetStream, followers, verification.")
public final class LogBench extends BenchCommand<LogBench.Figures> {
  @Option(
      names = "--records",
      defaultValue = "20000",
      description = "sealed and shipped in a round")
  private int records;

  @Option(
      names = "--synced",
      defaultValue = "2000",
      description = "appended to a synced file in a round")
  private int synced;

  @Option(
      names = "--followed",
      defaultValue = "2000",
      description = "number of thoughts that a follower waits for")
  private int followed;

  @Option(
      names = "--rate",
      defaultValue = "200",
      description = "thoughts a second for the follower")
  private int rate;

  @Option(
      names = "--verified",
      defaultValue = "1000000",
      description = "records that the verifier checks; 0 for none")
  private int verified;

  @Option(names = "--of", defaultValue = "1000", description = "records in each verified log")
  private int of;

  @Option(names = "--heap", defaultValue = "64m", description = "of the verifier")
  private String heap = "";

  @Mixin private TurnOptions turns = new TurnOptions(7, 3);

  public LogBench(PrintWriter out) {
    super(out);
  }

  /**
   * All that is measured.
   *
   * @param waited from a thought to its follower
   */
  record Figures(
      List<LogThroughput> measured, TimingSamples waited, List<LogVerificationFigures> checked) {}

  @Override
  protected Figures measure(Path folder) throws Exception {
    var taken = new AlternatingRounds(turns.warmUp(), turns.rounds());
    var measured = new ArrayList<LogThroughput>();
    measured.add(SealingMeasurement.measure(SampleLogEntries.of("bench-seal", records), taken));
    measured.add(FileSyncMeasurement.measure(folder, synced, taken));
    try (var shipped = ShippingMeasurement.start(folder)) {
      measured.addAll(shipped.measure(records, taken));
      var waited = shipped.follow(followed, rate);
      var checked = LogVerificationFigures.measure(folder, verified, of, heap);
      return new Figures(measured, waited, checked);
    }
  }

  @Override
  protected List<FigureTable<?>> tables(Figures figures) {
    var waited =
        new FigureTable<>("follower", "From thought to follower, in ms", List.of(figures.waited()))
            .whole("thoughts", "thoughts", _ -> followed)
            .whole("a second", "rate", _ -> rate)
            .millis("p50", "p50_us", TimingSamples::median)
            .millis("p99", "p99_us", w -> w.rank(99))
            .millis("worst", "worst_us", TimingSamples::worst);
    return List.of(
        LogThroughput.table(figures.measured()),
        waited,
        LogVerificationFigures.table(figures.checked()));
  }

  /**
   * The journal's file, synced with each record, against a bare write and sync of the same lines.
   * Both sync what a reader needs, the file's length included, and not when it was changed ({@code
   * fdatasync}).
   */
  private static final class FileSyncMeasurement {
    static LogThroughput measure(Path folder, int records, AlternatingRounds turns)
        throws Exception {
      var sealed = SampleLogEntries.sealed(SampleLogEntries.of("bench-file", records));
      try (var journal = FileJournal.open(folder.resolve("synced"))) {
        var taken =
            turns.take(
                List.of(
                    round -> appending(journal, "bench-file-" + round, sealed),
                    round -> writing(folder.resolve("bare-" + round), sealed)));
        return new LogThroughput(
            "synced file",
            records,
            taken.getFirst(),
            "bare write and sync of each line",
            taken.getLast());
      }
    }

    private static long appending(FileJournal journal, String name, List<SealedRecord> sealed) {
      long begin = System.nanoTime();
      sealed.forEach(one -> journal.append(name, one));
      return System.nanoTime() - begin;
    }

    private static long writing(Path file, List<SealedRecord> sealed) throws IOException {
      try (var channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        long begin = System.nanoTime();
        for (SealedRecord one : sealed) {
          var line =
              ByteBuffer.allocate(one.bytes().length + 1).put(one.bytes()).put((byte) '\n').flip();
          while (line.hasRemaining()) {
            int _ = channel.write(line);
          }
          channel.force(false);
        }
        return System.nanoTime() - begin;
      }
    }
  }

  /** Redaction, canonical form and chain, against SHA-256 over the same bytes. One thread. */
  private static final class SealingMeasurement {
    static LogThroughput measure(List<LogEntry> thoughts, AlternatingRounds turns)
        throws Exception {
      var bytes = SampleLogEntries.sealed(thoughts).stream().map(SealedRecord::bytes).toList();
      var sealer = SampleLogEntries.sealer();
      var taken =
          turns.take(List.of(_ -> sealing(sealer, thoughts, bytes.getLast()), _ -> hashing(bytes)));
      return new LogThroughput(
          "canonical form and chain",
          thoughts.size(),
          taken.getFirst(),
          "SHA-256 of the same bytes",
          taken.getLast());
    }

    private static long sealing(RecordSealer sealer, List<LogEntry> thoughts, byte[] last) {
      long begin = System.nanoTime();
      LogHead head = LogHead.START;
      SealedRecord sealed = new SealedRecord(new byte[0], head);
      for (LogEntry thought : thoughts) {
        sealed = sealer.seal(head, thought);
        head = sealed.head();
      }
      long nanos = System.nanoTime() - begin;
      if (sealed.bytes().length != last.length) {
        throw new IllegalStateException("another chain");
      }
      return nanos;
    }

    private static long hashing(List<byte[]> bytes) {
      long begin = System.nanoTime();
      int letters = 0;
      for (byte[] one : bytes) {
        letters += CanonicalJson.sha256(one).length();
      }
      long nanos = System.nanoTime() - begin;
      if (letters == 0) {
        throw new IllegalStateException("nothing was hashed");
      }
      return nanos;
    }
  }
}
