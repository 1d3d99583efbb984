package dev.deployclaw.bench.log;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.milli;
import static dev.deployclaw.bench.measure.FigureFormat.millis;
import static dev.deployclaw.bench.measure.FigureFormat.whole;

import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.sample.SampleLogEntries;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How many records a second the thought log takes, ships and verifies, each against its floor. */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The thought log: sealing, the synced file, JetStream, followers, verification.")
public final class LogBench extends BenchCommand<LogBench.Figures> {
  private static final String ROW = "  %-30s %11s %9s %9s %9s   %-34s %11s %7s%n";

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

  @Option(names = "--rounds", defaultValue = "7", description = "measured by turns")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "3",
      description = "rounds that are thrown away before")
  private int warmUp;

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
    var turns = new AlternatingRounds(warmUp, rounds);
    var measured = new ArrayList<LogThroughput>();
    measured.add(SealingMeasurement.measure(SampleLogEntries.of("bench-seal", records), turns));
    measured.add(FileSyncMeasurement.measure(folder, synced, turns));
    try (var shipped = ShippingMeasurement.start(folder)) {
      measured.addAll(shipped.measure(records, turns));
      var waited = shipped.follow(followed, rate);
      var checked = LogVerificationFigures.measure(folder, verified, of, heap);
      return new Figures(measured, waited, checked);
    }
  }

  @Override
  protected void print(Figures figures, PrintWriter out) {
    line(out, ROW, "", "records/s", "median ms", "best", "worst", "floor", "records/s", "ratio");
    for (var one : figures.measured()) {
      line(
          out,
          ROW,
          one.title(),
          whole(one.perSecond(one.ours())),
          millis(one.ours().median()),
          millis(one.ours().best()),
          millis(one.ours().worst()),
          one.floorTitle(),
          whole(one.perSecond(one.floor())),
          milli(one.ratio()));
    }
    line(
        out,
        "%nfrom thought to follower, %,d at %,d/s: p50 %s ms, p99 %s ms, worst %s ms%n",
        followed,
        rate,
        millis(figures.waited().median()),
        millis(figures.waited().rank(99)),
        millis(figures.waited().worst()));
    figures.checked().forEach(one -> out.println(one.text()));
  }

  @Override
  protected Map<String, Object> json(Figures figures) {
    return Map.of(
        "measured",
        figures.measured().stream().map(LogThroughput::json).toList(),
        "follower_p50_us",
        figures.waited().median() / 1_000,
        "follower_p99_us",
        figures.waited().rank(99) / 1_000,
        "verified",
        figures.checked().stream().map(LogVerificationFigures::json).toList());
  }
}
