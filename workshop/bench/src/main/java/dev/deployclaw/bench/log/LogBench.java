package dev.deployclaw.bench.log;

import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.measure.TurnOptions;
import dev.deployclaw.bench.sample.SampleLogEntries;
import java.io.PrintWriter;
import java.nio.file.Path;
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
}
