package dev.deployclaw.bench.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.limiter.ArrivalFigures;
import dev.deployclaw.bench.limiter.ClosedLoopLoad;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.HttpLimiter;
import dev.deployclaw.bench.limiter.OpenLoopLoad;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.WorkloadFigures;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The service over HTTP at half of its most, minute after minute, with one change of epoch in each.
 * Anything but yes to any request ends it without figures.
 */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The service at a share of its most for a long time, an epoch a minute.")
public final class SoakBench extends BenchCommand<List<SoakBench.SoakMinute>> {
  private static final Logger LOG = LoggerFactory.getLogger(SoakBench.class);
  private static final int ROUNDS = 5;

  @Option(names = "--minutes", defaultValue = "30", description = "how many lines")
  private int minutes;

  @Option(names = "--seconds", defaultValue = "60", description = "of one line")
  private int seconds;

  @Option(names = "--tenants", defaultValue = "10000", description = "asked for by turns")
  private int tenants;

  @Option(names = "--callers", defaultValue = "64", description = "connections")
  private int callers;

  @Option(names = "--requests", defaultValue = "20000", description = "to find the most, each time")
  private int requests;

  @Option(names = "--share", defaultValue = "50", description = "of the most, in percent")
  private int share;

  public SoakBench(PrintWriter out) {
    super(out);
  }

  @Override
  protected List<SoakMinute> measure(Path folder) throws InterruptedException {
    try (var estate = DecisionBenchEstate.start(folder, tenants);
        var service = HttpLimiter.to(estate.http(), "our service", tenants, callers)) {
      var traffic = new Traffic(callers, requests, tenants);
      var load = new ClosedLoopLoad(service, traffic, estate.meter());
      long most = WorkloadFigures.measure(List.of(load), ROUNDS, ROUNDS).getFirst().perSecond();
      List<SoakMinute> all = new ArrayList<>();
      for (int i = 1; i <= minutes; i++) {
        var minute =
            minute(estate, new OpenLoopLoad(service, Math.max(1, most * share / 100), traffic));
        LOG.atInfo().setMessage("a minute of the soak").addKeyValue("figures", minute).log();
        all.add(minute);
      }
      return all;
    }
  }

  /** What the bench itself left is collected before the line, not within it. */
  private SoakMinute minute(DecisionBenchEstate estate, OpenLoopLoad load)
      throws InterruptedException {
    System.gc();
    var length = Duration.ofSeconds(seconds);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var flipped = CompletableFuture.runAsync(() -> flip(estate, load, length), threads);
      var arrivals = load.round(length);
      flipped.join();
      System.gc();
      return new SoakMinute(arrivals, load.markedNinetyNine(), heap(), descriptors());
    }
  }

  /** Staged in its first half, published in the second. */
  private static void flip(DecisionBenchEstate estate, OpenLoopLoad load, Duration length) {
    try {
      Thread.sleep(length.dividedBy(4));
      estate.stageNext();
      Thread.sleep(length.dividedBy(4));
      load.mark();
      estate.flip();
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  private static long heap() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long descriptors() {
    return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
        .getOpenFileDescriptorCount();
  }

  @Override
  protected List<FigureTable<?>> tables(List<SoakMinute> all) {
    return List.of(SoakMinute.table(all));
  }

  /**
   * One line of a soak.
   *
   * @param flipNanos the p99 of the second from an epoch's flip on
   * @param heapBytes what is held after a collection
   * @param descriptors files and sockets that are open
   */
  record SoakMinute(ArrivalFigures arrivals, long flipNanos, long heapBytes, long descriptors) {
    static FigureTable<SoakMinute> table(List<SoakMinute> all) {
      return new FigureTable<>("minutes", "Minutes, in ms", all)
          .whole("arrivals/s", "arrivals_per_second", m -> m.arrivals.perSecond())
          .millis("p50", "p50_us", m -> m.arrivals.half().median())
          .millis("p99", "p99_us", m -> m.arrivals.ninetyNine().median())
          .millis("flip p99", "flip_p99_us", SoakMinute::flipNanos)
          .millis("max", "max_us", m -> m.arrivals.worst().worst())
          .megabytes("heap MB", "heap_bytes", SoakMinute::heapBytes)
          .whole("open files", "descriptors", SoakMinute::descriptors);
    }
  }
}
