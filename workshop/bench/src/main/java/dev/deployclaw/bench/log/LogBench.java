package dev.deployclaw.bench.log;

import dev.deployclaw.bench.measure.BenchOptions;
import dev.deployclaw.bench.measure.MachineDescription;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.sample.SampleLogEntries;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How many records a second the thought log takes, ships and verifies, each against its floor. */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    description = "The thought log: sealing, the synced file, JetStream, followers, verification.")
public final class LogBench implements Callable<Integer> {
  @Option(
      names = "--records",
      defaultValue = "20000",
      description = "sealed and shipped in a round (default: ${DEFAULT-VALUE})")
  private int records;

  @Option(
      names = "--synced",
      defaultValue = "2000",
      description = "appended to a synced file in a round (default: ${DEFAULT-VALUE})")
  private int synced;

  @Option(
      names = "--followed",
      defaultValue = "2000",
      description = "number of thoughts that a follower waits for (default: ${DEFAULT-VALUE})")
  private int followed;

  @Option(
      names = "--rate",
      defaultValue = "200",
      description = "thoughts a second for the follower (default: ${DEFAULT-VALUE})")
  private int rate;

  @Option(
      names = "--verified",
      defaultValue = "1000000",
      description = "records that the verifier checks; 0 for none (default: ${DEFAULT-VALUE})")
  private int verified;

  @Option(
      names = "--of",
      defaultValue = "1000",
      description = "records in each verified log (default: ${DEFAULT-VALUE})")
  private int of;

  @Option(
      names = "--heap",
      defaultValue = "64m",
      description = "of the verifier (default: ${DEFAULT-VALUE})")
  private String heap = "";

  @Option(
      names = "--rounds",
      defaultValue = "7",
      description = "measured by turns (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "3",
      description = "rounds that are thrown away before (default: ${DEFAULT-VALUE})")
  private int warmUp;

  @Mixin private final BenchOptions reporting = new BenchOptions();

  private final PrintWriter out;

  public LogBench(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = reporting.scratch()) {
      var turns = new AlternatingRounds(warmUp, rounds);
      var measured = new ArrayList<LogThroughput>();
      measured.add(SealingMeasurement.measure(SampleLogEntries.of("bench-seal", records), turns));
      measured.add(FileSyncMeasurement.measure(scratch.path(), synced, turns));
      try (var shipped = ShippingMeasurement.start(scratch.path())) {
        measured.addAll(shipped.measure(records, turns));
        var waited = shipped.follow(followed, rate);
        var checked = LogVerificationFigures.measure(scratch.path(), verified, of, heap);
        print(measured, waited, checked);
      }
      out.flush();
    }
    return 0;
  }

  private void print(
      List<LogThroughput> measured, TimingSamples waited, List<LogVerificationFigures> checked) {
    if (reporting.json()) {
      out.println(CanonicalJson.text(json(measured, waited, checked)));
      return;
    }
    out.println(MachineDescription.now().text());
    line("", "records/s", "median ms", "best", "worst", "floor", "records/s", "ratio");
    measured.forEach(this::row);
    out.printf(
        Locale.ROOT,
        "%nfrom thought to follower, %,d at %,d/s: p50 %s ms, p99 %s ms, worst %s ms%n",
        followed,
        rate,
        millis(waited.median()),
        millis(waited.rank(99)),
        millis(waited.worst()));
    checked.forEach(one -> out.println(one.text()));
  }

  private void row(LogThroughput one) {
    line(
        one.title(),
        whole(one.perSecond(one.ours())),
        millis(one.ours().median()),
        millis(one.ours().best()),
        millis(one.ours().worst()),
        one.floorTitle(),
        whole(one.perSecond(one.floor())),
        String.format(Locale.ROOT, "%.2f", one.ratio() / 1e3));
  }

  private Map<String, Object> json(
      List<LogThroughput> measured, TimingSamples waited, List<LogVerificationFigures> checked) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("bench", "log");
    document.put("machine", MachineDescription.now().json());
    document.put("measured", measured.stream().map(LogThroughput::json).toList());
    document.put("follower_p50_us", waited.median() / 1_000);
    document.put("follower_p99_us", waited.rank(99) / 1_000);
    document.put("verified", checked.stream().map(LogVerificationFigures::json).toList());
    return document;
  }

  private void line(String... cells) {
    out.printf(Locale.ROOT, "  %-30s %11s %9s %9s %9s   %-34s %11s %7s%n", (Object[]) cells);
  }

  private static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
  }
}
