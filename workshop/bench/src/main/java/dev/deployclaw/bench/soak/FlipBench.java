package dev.deployclaw.bench.soak;

import dev.deployclaw.bench.function.EpochStores;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.HttpLimiter;
import dev.deployclaw.bench.limiter.ServiceProcess;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.lab.estate.RateLimitServiceProcesses.Stores;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The service, in a process as its image starts it, at its most over HTTP, while one epoch after
 * the other is put in force. Each changes the limit of every tenant, and each answer must name one
 * epoch and that epoch's limit. Anything else ends it without figures.
 */
@Command(
    name = "flips",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Epochs put in force while a service in its own process does its most.")
public final class FlipBench extends BenchCommand<List<FlipBench.FlipLine>> {
  private static final Logger LOG = LoggerFactory.getLogger(FlipBench.class);
  private static final Duration HELD = Duration.ofMinutes(1);
  private static final String LINE_END = "\r\n";

  /** Of an odd epoch; an even one has one less. */
  private static final long MOST = Limit.MOST_REQUESTS;

  @Option(names = "--lines", defaultValue = "10", description = "how many, after one of warm-up")
  private int lines;

  @Option(names = "--seconds", defaultValue = "20", description = "of one line")
  private int seconds;

  @Option(names = "--tenants", defaultValue = "10000", description = "asked for by turns")
  private int tenants;

  @Option(names = "--callers", defaultValue = "64", description = "who ask again at once")
  private int callers;

  @Option(
      names = "--heap",
      description =
          "most MiB of the service's heap: half of a container's (default: of the machine's)")
  private Optional<Integer> heap = Optional.empty();

  public FlipBench(PrintWriter out) {
    super(out);
  }

  @Override
  protected List<FlipLine> measure(Path folder) throws IOException, InterruptedException {
    List<PolicySet> sets =
        List.of(
            SampleLimits.tokenBuckets(tenants, MOST - 1), SampleLimits.tokenBuckets(tenants, MOST));
    try (var stores = EpochStores.start(folder, sets);
        var service = started(folder, stores);
        var clients = HttpLimiter.reading(service.address(), tenants, callers, FlipBench::epoch)) {
      List<FlipLine> all = new ArrayList<>();
      for (int i = 0; i <= lines; i++) {
        var line = line(stores, service, clients);
        LOG.atInfo()
            .addKeyValue("answers_per_second", line.answers().perSecond())
            .log("an epoch was put in force");
        all.add(line);
      }
      return all.subList(1, all.size());
    }
  }

  private ServiceProcess started(Path folder, EpochStores stores) throws IOException {
    var options = new ArrayList<>(ServiceProcess.imageOptions());
    heap.ifPresent(most -> options.add("-Xmx" + most + "m"));
    var asked = new Stores(stores.etcd(), EpochStores.PREFIX, List.of(stores.redis().address()));
    return ServiceProcess.start(folder.resolve("service"), options, asked);
  }

  /** Staged in its first half, put in force after it. What the bench left is collected before. */
  private FlipLine line(EpochStores stores, ServiceProcess service, HttpLimiter clients)
      throws IOException, InterruptedException {
    System.gc();
    long begun = System.nanoTime();
    var length = Duration.ofSeconds(seconds);
    var load = FullLoad.start(clients, new Traffic(callers, 1, tenants));
    sleepUntil(begun, length.dividedBy(4));
    var next = stores.stageNext();
    BoundedWait.until("the service holds what is staged", HELD, () -> holds(service, next));
    sleepUntil(begun, length.dividedBy(2));
    load.mark();
    stores.flip();
    sleepUntil(begun, length);
    var answers = load.end();
    long resident = service.residentBytes();
    return new FlipLine(
        answers, next.epoch(), resident, service.heapBytes(), service.descriptors());
  }

  private static void sleepUntil(long begun, Duration since) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(begun + since.toNanos() - System.nanoTime());
  }

  private static boolean holds(ServiceProcess service, EpochPolicySet staged) {
    String answer = ServerReadiness.get(service.address(), "/v1/status");
    return ServiceStatus.parse(answer.substring(answer.indexOf(LINE_END + LINE_END) + 1))
        .filter(status -> status.holds(staged.epoch(), staged.digest()))
        .isPresent();
  }

  /** The epoch that an answer names together with its limit; -1 where it doesn't. */
  static long epoch(StringBuilder head) {
    long epoch = number(head, DecideHeaders.EPOCH);
    boolean whole =
        number(head, DecideHeaders.OLD_LIMIT) == MOST - (epoch + 1) % 2
            && head.indexOf(DecideHeaders.FAILURE) < 0;
    return whole ? epoch : -1;
  }

  /** Of a header; -1 where there is none. */
  private static long number(StringBuilder head, String name) {
    int at = head.indexOf(LINE_END + name + ": ");
    if (at < 0) {
      return -1;
    }
    int from = at + LINE_END.length() + name.length() + 2;
    return Long.parseLong(head, from, head.indexOf(LINE_END, from), 10);
  }

  @Override
  protected List<FigureTable<?>> tables(List<FlipLine> all) {
    return List.of(
        new FigureTable<>("flips", "Lines with a flip each, in ms", all)
            .whole("answers/s", "answers_per_second", line -> line.answers.perSecond())
            .millis("p50", "p50_us", line -> line.answers.all().getValueAtPercentile(50))
            .millis("p99", "p99_us", line -> line.answers.all().getValueAtPercentile(99))
            .millis(
                "flip p50", "flip_p50_us", line -> line.answers.marked().getValueAtPercentile(50))
            .millis(
                "flip p99", "flip_p99_us", line -> line.answers.marked().getValueAtPercentile(99))
            .millis("max", "max_us", line -> line.answers.all().getMaxValue())
            .whole("old epoch", "old_epoch", line -> line.answers.of(line.epoch - 1))
            .whole("new epoch", "new_epoch", line -> line.answers.of(line.epoch))
            .megabytes("resident MB", "resident_bytes", FlipLine::residentBytes)
            .megabytes("heap MB", "heap_bytes", FlipLine::heapBytes)
            .whole("open files", "descriptors", FlipLine::descriptors));
  }

  /** {@code residentBytes} of the service, before its heap is collected. */
  record FlipLine(
      FullLoad.Answers answers, long epoch, long residentBytes, long heapBytes, long descriptors) {
    FlipLine {
      if (!answers.epochs().keySet().equals(Set.of(epoch - 1, epoch))) {
        throw new IllegalStateException("answers name the epochs " + answers.epochs());
      }
    }
  }
}
