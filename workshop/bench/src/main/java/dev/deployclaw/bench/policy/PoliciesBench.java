package dev.deployclaw.bench.policy;

import dev.deployclaw.bench.measure.BenchOptions;
import dev.deployclaw.bench.measure.MachineDescription;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long policies of many tenants are validated, and how fast a log is replayed through them. */
@Command(
    name = "policies",
    mixinStandardHelpOptions = true,
    description = "Validation of many tenants, and the replay of an access log.")
public final class PoliciesBench implements Callable<Integer> {
  private static final String VALIDATED = "  %12s %10s %10s %9s %11s %13s %10s %9s%n";
  private static final String REPLAYED = "  %10s %12s %11s %11s %11s %11s %9s %9s%n";
  private static final long MEGABYTE = 1_000_000;

  @Option(
      names = "--tenants",
      split = ",",
      defaultValue = "10000,100000",
      description = "validated, one or more numbers; 0 for none (default: ${DEFAULT-VALUE})")
  private List<Integer> tenants = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "measured validations of each number (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "3",
      description = "validations that are thrown away before (default: ${DEFAULT-VALUE})")
  private int warmUp;

  @Option(
      names = "--megabytes",
      split = ",",
      defaultValue = "270,1080",
      description = "of logs, one or more numbers; 0 for none (default: ${DEFAULT-VALUE})")
  private List<Integer> megabytes = List.of();

  @Option(
      names = "--replays",
      defaultValue = "3",
      description = "of each log (default: ${DEFAULT-VALUE})")
  private int replays;

  @Option(
      names = "--log-tenants",
      defaultValue = "1000",
      description = "whose requests are in the logs (default: ${DEFAULT-VALUE})")
  private int logTenants;

  @Option(
      names = "--heap",
      defaultValue = "128m",
      description = "of the command impact (default: ${DEFAULT-VALUE})")
  private String heap = "";

  @Mixin private final BenchOptions reporting = new BenchOptions();

  private final PrintWriter out;

  public PoliciesBench(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = reporting.scratch()) {
      var validated = validated();
      var replayed = replayed(scratch.path());
      if (reporting.json()) {
        out.println(CanonicalJson.text(json(validated, replayed)));
      } else {
        out.println(MachineDescription.now().text());
        printValidated(validated);
        printReplayed(replayed);
      }
      out.flush();
    }
    return 0;
  }

  private List<ValidationFigures> validated() {
    return tenants.stream()
        .filter(n -> n > 0)
        .map(n -> ValidationFigures.measure(n, warmUp, rounds))
        .toList();
  }

  private List<ReplayFigures> replayed(Path folder) throws InterruptedException {
    List<ReplayFigures> all = new ArrayList<>();
    var setting = new ReplayFigures.Setting(folder, logTenants, heap);
    for (int size : megabytes) {
      if (size > 0) {
        all.add(setting.measure(size * MEGABYTE, replays));
      }
    }
    return all;
  }

  private Map<String, Object> json(
      List<ValidationFigures> validated, List<ReplayFigures> replayed) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("bench", "policies");
    document.put("machine", MachineDescription.now().json());
    document.put("validated", validated.stream().map(ValidationFigures::json).toList());
    document.put("replayed", replayed.stream().map(ReplayFigures::json).toList());
    return document;
  }

  private void printValidated(List<ValidationFigures> all) {
    line(
        VALIDATED,
        "tenants",
        "read s",
        "checked s",
        "findings",
        "each one",
        "allocated MB",
        "most MB",
        "kept MB");
    for (var one : all) {
      line(
          VALIDATED,
          whole(one.tenants()),
          seconds(one.read().median()),
          seconds(one.checked().median()),
          whole(one.findings()),
          number(ValidationFigures.growth(all.getFirst(), one) / 1e3),
          megabytes(one.allocated()),
          megabytes(one.most()),
          megabytes(one.kept()));
    }
    out.println();
  }

  private void printReplayed(List<ReplayFigures> all) {
    line(
        REPLAYED,
        "MB",
        "lines",
        "impact/s",
        "readLine/s",
        "wc -l/s",
        "start s",
        "ratio",
        "peak MB");
    for (var one : all) {
      line(
          REPLAYED,
          megabytes(one.log().bytes()),
          whole(one.log().lines()),
          whole(one.linesPerSecond()),
          whole(one.perSecond(one.reader().median())),
          whole(one.perSecond(one.wc().median())),
          seconds(one.start().median()),
          number(one.ratio() / 1e3),
          megabytes(one.peakBytes()));
    }
  }

  private void line(String row, String... cells) {
    out.printf(Locale.ROOT, row, (Object[]) cells);
  }

  private static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String seconds(long nanos) {
    return number(nanos / 1e9);
  }

  private static String megabytes(long bytes) {
    return whole(bytes / MEGABYTE);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
