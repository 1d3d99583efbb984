package dev.deployclaw.bench.wall;

import static dev.deployclaw.bench.measure.FigureFormat.line;

import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.sample.SampleEstate;
import dev.deployclaw.core.grant.GrantIssuer;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.GrantVerifier;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.remote.HostAddress;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.remote.RemoteExecutor;
import dev.deployclaw.executors.sandbox.ExecutorLimits;
import dev.deployclaw.executors.sandbox.ExecutorSandbox;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the wall costs: the same call of an executor in this process and in another. */
@Command(
    name = "wall",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "A call of an executor in this process, and of one in an executor host.")
public final class WallBench extends BenchCommand<WallBench.Figures> {
  private static final Purpose PURPOSE = new Purpose("arch-bench", "plan", 1);
  private static final FencingToken FENCE = new FencingToken("bench", 1);
  private static final int TENANTS = 1_000;
  private static final int CALLERS = 8;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double KIBIBYTES_PER_MEBIBYTE = 1_024;
  private static final String ROW = "  %-32s %-10s %9.3f %9.3f %12.0f %12.0f%n";

  @Option(names = "--calls", defaultValue = "1000", description = "in each turn")
  private int calls;

  @Option(names = "--rounds", defaultValue = "7", description = "measured turns of each")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "turns that are thrown away before")
  private int warmUp;

  public WallBench(PrintWriter out) {
    super(out);
  }

  /**
   * One call, both ways.
   *
   * @param here in this process, with its grant and sandbox
   * @param there in an executor host
   */
  record Compared(String what, CallTimes here, CallTimes there) {
    double addedMillis() {
      return (there.median() - here.median()) / NANOS_PER_MILLI;
    }

    double ratio() {
      return (double) there.median() / here.median();
    }

    Map<String, Object> json() {
      return Map.of(
          "call",
          what,
          "here",
          here.json(),
          "host",
          there.json(),
          "added_ns",
          there.median() - here.median(),
          "ratio",
          Math.round(ratio()));
    }
  }

  /**
   * @param idleKibibytes of the host's memory before its first call
   * @param usedKibibytes after all calls
   */
  record Figures(List<Compared> calls, long idleKibibytes, long usedKibibytes) {}

  @Override
  protected Figures measure(Path folder) throws Exception {
    var key = GrantKey.random();
    Path socket = folder.resolve("host.sock");
    try (var host = IdleHostProcess.start(socket, key, List.of("-Xmx256m"));
        var connection = HostConnection.of(new HostAddress(socket, () -> key, "bench"))) {
      long idle = host.residentKibibytes();
      var remote = connection.executors().getFirst();
      var compared =
          List.of(
              compare("an observation of nothing", remote, new ExecutorCall.Observe()),
              compare("a publication of 1,000 tenants", remote, publication()));
      return new Figures(compared, idle, host.residentKibibytes());
    }
  }

  private static ExecutorCall publication() {
    var set = SampleEstate.of(TENANTS);
    return new ExecutorCall.Publish(
        new EpochSpec(
            PURPOSE.execution(), 1, set.digest(), set, 0, Optional.empty(), Optional.empty()));
  }

  private Compared compare(String what, RemoteExecutor remote, ExecutorCall call) throws Exception {
    var thrownAway = new CallTimes.Collected();
    var here = new CallTimes.Collected();
    var there = new CallTimes.Collected();
    var turns =
        List.<AlternatingRounds.Contender>of(
            round -> turn(new IdleParticipant(), call, round < warmUp ? thrownAway : here),
            round -> turn(remote, call, round < warmUp ? thrownAway : there));
    var _ = new AlternatingRounds(warmUp, rounds).take(turns);
    return new Compared(
        what,
        here.times(concurrent(new IdleParticipant(), call)),
        there.times(concurrent(remote, call)));
  }

  /** In turn; each call is timed. */
  private long turn(BackendExecutor executor, ExecutorCall call, CallTimes.Collected into)
      throws InterruptedException {
    var caller = new GrantedCaller(executor, call);
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      long begun = System.nanoTime();
      caller.call();
      into.add(System.nanoTime() - begun);
    }
    return System.nanoTime() - start;
  }

  /** Calls a second of several callers at once. */
  private double concurrent(BackendExecutor executor, ExecutorCall call)
      throws InterruptedException {
    var caller = new GrantedCaller(executor, call);
    List<Thread> threads = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < CALLERS; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int n = 0; n < calls; n++) {
                  caller.callUninterrupted();
                }
              }));
    }
    for (var thread : threads) {
      thread.join();
    }
    return CALLERS * calls * 1e9 / (System.nanoTime() - start);
  }

  /** Grants and makes a call; in this process through the sandbox. */
  private static final class GrantedCaller {
    private final GrantIssuer grants;
    private final BackendExecutor executor;
    private final Invocation call;

    GrantedCaller(BackendExecutor bare, ExecutorCall what) {
      var key = GrantKey.random();
      var clock = GrantIssuer.steady();
      this.grants = new GrantIssuer(key, clock);
      this.call = new Invocation(bare.name(), what, FENCE, Duration.ofSeconds(30));
      this.executor =
          bare instanceof RemoteExecutor
              ? bare
              : ExecutorSandbox.around(
                  bare,
                  new ExecutorLimits(Set.of(call.operation()), CALLERS),
                  new GrantVerifier(key, clock, OperationAllowlist.KERNEL));
    }

    void call() throws InterruptedException {
      if (executor.execute(grants.granted(call, PURPOSE)) instanceof CallOutcome.Failed(var why)) {
        throw new IllegalStateException(why.reason());
      }
    }

    void callUninterrupted() {
      try {
        call();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  protected Map<String, Object> json(Figures figures) {
    return Map.of(
        "calls", figures.calls().stream().map(Compared::json).toList(),
        "host_idle_kib", figures.idleKibibytes(),
        "host_used_kib", figures.usedKibibytes());
  }

  @Override
  protected void print(Figures figures, PrintWriter out) {
    line(
        out,
        "  %-32s %-10s %9s %9s %12s %12s%n",
        "",
        "executor",
        "p50 ms",
        "p99 ms",
        "calls/s of 1",
        "calls/s of 8");
    for (var each : figures.calls()) {
      row(out, each.what(), "here", each.here());
      row(out, "", "in a host", each.there());
      line(out, "  added at p50: %.3f ms, ratio %.0f%n", each.addedMillis(), each.ratio());
    }
    line(
        out,
        "  memory of the host: %.0f MiB idle, %.0f MiB after all calls%n",
        figures.idleKibibytes() / KIBIBYTES_PER_MEBIBYTE,
        figures.usedKibibytes() / KIBIBYTES_PER_MEBIBYTE);
  }

  private static void row(PrintWriter out, String what, String where, CallTimes times) {
    line(
        out,
        ROW,
        what,
        where,
        times.median() / NANOS_PER_MILLI,
        times.rare() / NANOS_PER_MILLI,
        times.alone(),
        times.together());
  }
}
