package dev.deployclaw.bench;

import static dev.deployclaw.bench.measure.FigureFormat.line;

import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.core.grant.GrantIssuer;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.GrantVerifier;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.executors.sandbox.ExecutorLimits;
import dev.deployclaw.executors.sandbox.ExecutorSandbox;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a grant costs: the same call of an executor without one, with one, and in the sandbox. */
@Command(
    name = "grants",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "A call without a grant, with one, and in the whole sandbox.")
final class GrantBench extends BenchCommand<List<GrantBench.Measured>> {
  private static final Purpose PURPOSE = new Purpose("arch-bench", "plan", 1);
  private static final double NANOS_PER_MICRO = 1_000;
  private static final int PERCENT = 100;
  private static final String HEAD = "  %-34s %10s %10s %8s %10s %8s%n";

  @Option(names = "--calls", defaultValue = "2000", description = "in each turn, 20000 at most")
  private int calls;

  @Option(names = "--rounds", defaultValue = "15", description = "measured turns of each")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "turns that are thrown away before")
  private int warmUp;

  @Spec private CommandSpec spec = CommandSpec.create();

  GrantBench(PrintWriter out) {
    super(out);
  }

  /** How the call is made. */
  enum Way {
    BARE,
    GRANTED,
    SANDBOXED
  }

  /** One call, measured each way. */
  record Measured(String what, Map<Way, TimingSamples> samples, int calls) {
    double micros(Way way) {
      var each = Objects.requireNonNull(samples.get(way), "every way is measured");
      return each.median() / NANOS_PER_MICRO / calls;
    }

    double ratio(Way way) {
      return micros(way) / micros(Way.BARE);
    }

    Map<String, Object> json() {
      var json = new LinkedHashMap<String, Object>();
      json.put("call", what);
      for (var way : Way.values()) {
        String word = way.name().toLowerCase(Locale.ROOT);
        json.put(word + "_ns", Math.round(micros(way) * NANOS_PER_MICRO));
        json.put(word + "_percent_of_bare", Math.round(ratio(way) * PERCENT));
      }
      return json;
    }
  }

  @Override
  public Integer call() throws Exception {
    if (calls < 1 || calls > 20_000) {
      throw new ParameterException(
          spec.commandLine(), "--calls: 1 to 20000: more grants at once are always refused");
    }
    return super.call();
  }

  @Override
  protected List<Measured> measure(Path folder) throws Exception {
    try (var node = RedisNode.start(folder.resolve("redis"));
        var redis =
            new RedisExecutor(
                RedisSettings.of(List.of(node.address().toString())), () -> FenceMark.NOBODY)) {
      return List.of(
          measure("a read that is answered at once", new Idle(), "identity"),
          measure("the clock of a Redis node", redis, "clock"));
    }
  }

  @Override
  protected Map<String, Object> json(List<Measured> all) {
    return Map.of("calls", calls, "measured", all.stream().map(Measured::json).toList());
  }

  @Override
  protected void print(List<Measured> all, PrintWriter out) {
    line(out, HEAD, "us a call", "bare", "granted", "ratio", "sandbox", "ratio");
    for (var m : all) {
      line(
          out,
          "  %-34s %10.2f %10.2f %8.2f %10.2f %8.2f%n",
          m.what(),
          m.micros(Way.BARE),
          m.micros(Way.GRANTED),
          m.ratio(Way.GRANTED),
          m.micros(Way.SANDBOXED),
          m.ratio(Way.SANDBOXED));
    }
  }

  private Measured measure(String what, BackendExecutor executor, String verb) throws Exception {
    var look = new ExecutorCall.Look(verb, Map.of());
    var call = new Invocation(executor.name(), look, FencingToken.NONE, Duration.ofSeconds(5));
    var turns = new ArrayList<AlternatingRounds.Contender>();
    for (var way : Way.values()) {
      turns.add(_ -> turn(way, executor, call));
    }
    var taken = new AlternatingRounds(warmUp, rounds).take(turns).iterator();
    Map<Way, TimingSamples> samples = new EnumMap<>(Way.class);
    for (var way : Way.values()) {
      samples.put(way, taken.next());
    }
    return new Measured(what, samples, calls);
  }

  /** Each turn has a key and a memory of used grants of its own, as a process has. */
  private long turn(Way way, BackendExecutor executor, Invocation call)
      throws InterruptedException {
    var key = GrantKey.random();
    var clock = GrantIssuer.steady();
    var grants = new GrantIssuer(key, clock);
    var check = new GrantVerifier(key, clock, OperationAllowlist.KERNEL);
    var sandbox =
        ExecutorSandbox.around(executor, new ExecutorLimits(Set.of(call.operation()), 1), check);
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      answered(
          switch (way) {
            case BARE -> executor.execute(call);
            case GRANTED -> {
              var granted = grants.granted(call, PURPOSE);
              check.refusal(granted).ifPresent(GrantBench::failed);
              yield executor.execute(granted);
            }
            case SANDBOXED -> sandbox.execute(grants.granted(call, PURPOSE));
          });
    }
    return System.nanoTime() - start;
  }

  private static void answered(CallOutcome outcome) {
    if (outcome instanceof CallOutcome.Failed(var fault)) {
      failed(fault.reason());
    }
  }

  private static void failed(String why) {
    throw new IllegalStateException(why);
  }

  /** Answers at once, under a name that is in the kernel's table. */
  private static final class Idle implements BackendExecutor {
    @Override
    public String name() {
      return "redis";
    }

    @Override
    public Set<String> verbs() {
      return Set.of("identity");
    }

    @Override
    public CallOutcome execute(Invocation call) {
      return CallOutcome.done(List.of());
    }
  }
}
