package dev.deployclaw.bench;

import dev.deployclaw.bench.measure.BenchOptions;
import dev.deployclaw.bench.measure.MachineDescription;
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
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a grant costs: the same call of an executor without one, with one, and in the sandbox. */
@Command(
    name = "grants",
    mixinStandardHelpOptions = true,
    description = "A call without a grant, with one, and in the whole sandbox.")
final class GrantBench implements Callable<Integer> {
  private static final Purpose PURPOSE = new Purpose("arch-bench", "plan", 1);
  private static final double NANOS_PER_MICRO = 1_000;
  private static final int PERCENT = 100;

  @Option(
      names = "--calls",
      defaultValue = "2000",
      description = "in each turn, 20000 at most (default: ${DEFAULT-VALUE})")
  private int calls;

  @Option(
      names = "--rounds",
      defaultValue = "15",
      description = "measured turns of each (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "turns that are thrown away before (default: ${DEFAULT-VALUE})")
  private int warmUp;

  @Mixin private final BenchOptions reporting = new BenchOptions();

  private final PrintWriter out;

  GrantBench(PrintWriter out) {
    this.out = out;
  }

  /** How the call is made. */
  private enum Way {
    BARE,
    GRANTED,
    SANDBOXED
  }

  /** One call, measured each way. */
  private record Measured(String what, Map<Way, TimingSamples> samples, int calls) {
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
      out.println("--calls: 1 to 20000: more grants at once are always refused");
      return 2;
    }
    try (var scratch = reporting.scratch();
        var node = RedisNode.start(scratch.path().resolve("redis"));
        var redis =
            new RedisExecutor(
                RedisSettings.of(List.of(node.address().toString())), () -> FenceMark.NOBODY)) {
      tell(
          List.of(
              measure("a read that is answered at once", new Idle(), "identity"),
              measure("the clock of a Redis node", redis, "clock")));
    }
    return 0;
  }

  private void tell(List<Measured> all) {
    if (reporting.json()) {
      var document = new LinkedHashMap<String, Object>();
      document.put("bench", "grants");
      document.put("machine", MachineDescription.now().json());
      document.put("calls", calls);
      document.put("measured", all.stream().map(Measured::json).toList());
      out.println(CanonicalJson.text(document));
    } else {
      out.println(MachineDescription.now().text());
      out.printf(
          "  %-34s %10s %10s %8s %10s %8s%n",
          "us a call", "bare", "granted", "ratio", "sandbox", "ratio");
      for (var m : all) {
        out.printf(
            "  %-34s %10.2f %10.2f %8.2f %10.2f %8.2f%n",
            m.what(),
            m.micros(Way.BARE),
            m.micros(Way.GRANTED),
            m.ratio(Way.GRANTED),
            m.micros(Way.SANDBOXED),
            m.ratio(Way.SANDBOXED));
      }
    }
    out.flush();
  }

  /** By turns, the order reversed in every other round. */
  private Measured measure(String what, BackendExecutor executor, String verb)
      throws InterruptedException {
    Map<Way, List<Long>> nanos = new EnumMap<>(Way.class);
    var look = new ExecutorCall.Look(verb, Map.of());
    var call = new Invocation(executor.name(), look, FencingToken.NONE, Duration.ofSeconds(5));
    var ways = List.of(Way.values());
    for (int i = 0; i < warmUp + rounds; i++) {
      for (var way : i % 2 == 0 ? ways : ways.reversed()) {
        long took = turn(way, executor, call);
        if (i >= warmUp) {
          nanos.computeIfAbsent(way, _ -> new ArrayList<>()).add(took);
        }
      }
    }
    Map<Way, TimingSamples> samples = new EnumMap<>(Way.class);
    nanos.forEach((way, each) -> samples.put(way, new TimingSamples(each)));
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
    System.gc(); // what the bench itself left is not the contender's to clear away
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
