package dev.deployclaw.bench.wall;

import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TurnOptions;
import dev.deployclaw.bench.sample.SampleLimits;
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
import dev.deployclaw.executors.sandbox.ExecutorLimits;
import dev.deployclaw.executors.sandbox.ExecutorSandbox;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
  private static final long NANOS_PER_MICRO = 1_000;

  @Option(names = "--calls", defaultValue = "1000", description = "in each turn")
  private int calls;

  @Mixin private TurnOptions rounds = new TurnOptions(7, 5);

  public WallBench(PrintWriter out) {
    super(out);
  }

  /**
   * One call.
   *
   * @param where in this process, with its grant and sandbox, in an executor host, or, for the
   *     floor, as a few bytes to another process
   */
  record Measured(String what, String where, CallTimes times) {}

  /**
   * A host's memory.
   *
   * @param kibibytes resident
   */
  record Memory(String when, long kibibytes) {}

  record Figures(List<Measured> calls, List<Memory> host) {}

  @Override
  protected Figures measure(Path folder) throws Exception {
    var key = GrantKey.random();
    Path socket = folder.resolve("host.sock");
    Path bareSocket = folder.resolve("bare.sock");
    var options = List.of("-Xmx256m");
    try (var host = IdleHostProcess.start(IdleHostMain.class, socket, key, options);
        var bare = IdleHostProcess.start(BareHost.class, bareSocket, key, options);
        var floor = new BareHost.BareCaller(bareSocket);
        var connection =
            HostConnection.of(
                new HostAddress(socket, () -> key, "bench", ProtocolRevisions.SPOKEN))) {
      long idle = host.residentKibibytes();
      var remote = connection.executors().getFirst();
      List<Measured> measured = new ArrayList<>();
      var where = new LinkedHashMap<String, BackendExecutor>();
      where.put("here", new IdleParticipant());
      where.put("gRPC alone", floor);
      where.put("in a host", remote);
      measured.addAll(compare("an observation of nothing", where, new ExecutorCall.Observe()));
      measured.addAll(compare("a publication of 1,000 tenants", where, publication()));
      return new Figures(
          measured,
          List.of(
              new Memory("idle", idle),
              new Memory("after all calls", host.residentKibibytes()),
              new Memory("of the floor, after all calls", bare.residentKibibytes())));
    }
  }

  private static ExecutorCall publication() {
    var set = SampleLimits.of(TENANTS, 0);
    return new ExecutorCall.Publish(
        new EpochSpec(
            PURPOSE.execution(), 1, set.digest(), set, 0, Optional.empty(), Optional.empty()));
  }

  private List<Measured> compare(
      String what, SequencedMap<String, BackendExecutor> where, ExecutorCall call)
      throws Exception {
    var thrownAway = new CallTimes.Collected();
    var collected = new LinkedHashMap<String, CallTimes.Collected>();
    var turns = new ArrayList<AlternatingRounds.Contender>();
    where.forEach((name, executor) -> {
      var into = new CallTimes.Collected();
      collected.put(name, into);
      turns.add(round -> turn(executor, call, round < rounds.warmUp() ? thrownAway : into));
    });
    var _ = new AlternatingRounds(rounds.warmUp(), rounds.rounds()).take(turns);
    var measured = new ArrayList<Measured>();
    for (var one : where.entrySet()) {
      var into = Objects.requireNonNull(collected.get(one.getKey()));
      var times = into.times(concurrent(one.getValue(), call));
      measured.add(new Measured(what, one.getKey(), times));
    }
    return measured;
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
          bare instanceof IdleParticipant
              ? ExecutorSandbox.around(
                  bare,
                  new ExecutorLimits(Set.of(call.operation()), CALLERS),
                  new GrantVerifier(key, clock, OperationAllowlist.KERNEL))
              : bare;
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
  protected List<FigureTable<?>> tables(Figures figures) {
    return List.of(
        new FigureTable<>("calls", "Calls of an executor", figures.calls())
            .text("call", "call", Measured::what)
            .text("executor", "where", Measured::where)
            .whole("p50 us", "p50", m -> m.times().median() / NANOS_PER_MICRO)
            .whole("p99 us", "p99", m -> m.times().rare() / NANOS_PER_MICRO)
            .whole("calls/s of 1", "per_second", m -> Math.round(m.times().alone()))
            .whole("calls/s of 8", "per_second_of_8", m -> Math.round(m.times().together())),
        new FigureTable<>("host", "Memory of the host", figures.host())
            .text("", "when", Memory::when)
            .whole("KiB", "kibibytes", Memory::kibibytes));
  }
}
