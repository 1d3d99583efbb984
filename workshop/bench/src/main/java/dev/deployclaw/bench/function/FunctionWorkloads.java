package dev.deployclaw.bench.function;

import dev.deployclaw.bench.measure.BenchWorkload;
import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.redis.RequestCharges;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/**
 * The calls that decide for tenants of each kind, and what they are compared with: a bare {@code
 * INCR}, and a function that does nothing.
 *
 * @param calls in one turn
 */
public record FunctionWorkloads(EpochPolicySet held, PipelinedWorkload.Line line, int calls) {
  /** Tenants of a kind that are asked for in turn. */
  static final int TENANTS = 1_000;

  private static final String EMPTY =
      "#!lua name=bench\nredis.register_function('bench_nothing', function() return 0 end)\n";
  private static final int SLOTS = 17;
  private static final long SLOT_MICROS = 60_000_000L / 16;

  public List<BenchWorkload> algorithms() {
    var _ = line.pipe().exchange(RespBatch.one("FUNCTION", "LOAD", "REPLACE", EMPTY));
    fillWindows();
    List<BenchWorkload> works = new ArrayList<>();
    works.add(work("INCR", i -> List.of(List.of("INCR", key(i)))));
    works.add(work("empty function", i -> List.of(List.of("FCALL", "bench_nothing", "1", key(i)))));
    SampleLimits.ofOneLimit().forEach(kind -> works.add(work(kind)));
    return works;
  }

  public List<BenchWorkload> several() {
    List<BenchWorkload> works = new ArrayList<>();
    works.add(work("1 limit", i -> List.of(decide(Kind.TOKEN_BUCKET, i))));
    SampleLimits.ofSeveral()
        .forEach(kind -> works.add(work(kind.limits() + " limits", i -> List.of(decide(kind, i)))));
    return works;
  }

  private BenchWorkload work(String title, IntFunction<List<List<String>>> commands) {
    List<List<String>> all = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      all.addAll(commands.apply(i));
    }
    return new PipelinedWorkload(title, RespBatch.of(all), calls, line);
  }

  private BenchWorkload work(Kind kind) {
    check(kind);
    String title = kind.algorithm().word();
    return kind == Kind.CONCURRENCY
        ? work(title + ", taken and given back", i -> List.of(decide(kind, i), release(kind, i)))
        : work(title, i -> List.of(decide(kind, i)));
  }

  /** A call that comes to anything but yes isn't what is to be measured. */
  private void check(Kind kind) {
    var answer = (List<?>) line.pipe().exchange(RespBatch.of(List.of(decide(kind, calls))));
    var numbers = answer.stream().map(Long.class::cast).toList();
    if (!(DecideReply.parse(numbers, 1) instanceof Decided decided)
        || !decided.decision().allowed()) {
      throw new IllegalStateException(kind + " answered " + numbers);
    }
  }

  private void fillWindows() {
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    List<List<String>> all = new ArrayList<>();
    for (int slot = SLOTS - 1; slot >= 0; slot--) {
      for (int i = 0; i < TENANTS; i++) {
        var at = OptionalLong.of(now - slot * SLOT_MICROS);
        all.add(fcall(FunctionLibrary.DECIDE, call(Kind.SLIDING_WINDOW, i, at).encoded()));
      }
    }
    var _ = line.pipe().exchange(RespBatch.of(all));
  }

  private List<String> decide(Kind kind, int number) {
    return fcall(FunctionLibrary.DECIDE, call(kind, number, OptionalLong.empty()).encoded());
  }

  private List<String> release(Kind kind, int number) {
    var call = ReleaseCall.of(claim(kind, number), lease(kind, number), 0).orElseThrow();
    return fcall(FunctionLibrary.RELEASE, call.encoded());
  }

  private DecideCall call(Kind kind, int number, OptionalLong at) {
    return new DecideCall(List.of(claim(kind, number)), 1, at, lease(kind, number));
  }

  private RequestCharges claim(Kind kind, int number) {
    var shape = new RequestShape(SampleLimits.SERVICE, SampleLimits.PATH, SampleLimits.METHOD);
    return RequestCharges.of(
        held, RateLimitedRequest.ordinary(kind.tenant(number % TENANTS), shape, _ -> ""));
  }

  private static String lease(Kind kind, int number) {
    return kind == Kind.CONCURRENCY ? Integer.toHexString(number) : "";
  }

  private static List<String> fcall(String function, DecideCall.Encoded encoded) {
    List<String> words = new ArrayList<>();
    words.add("FCALL");
    words.add(function);
    words.add(Integer.toString(encoded.keys().size()));
    words.addAll(encoded.keys());
    words.addAll(encoded.arguments());
    return words;
  }

  private static String key(int number) {
    return "bench:" + number % TENANTS;
  }
}
