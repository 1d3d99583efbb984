package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.redis.RedisNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * An estate whose Redis answers late or never. Every other tenant opens then, the rest is refused.
 */
record TroubledRedis(Estate estate) {
  static final int TENANTS = 64;
  private static final String GIVEN_UP = "hasn't answered recently";

  /**
   * What a request was told.
   *
   * @param opens whether its tenant opens without Redis
   * @param nanos how long that took
   */
  record Told(boolean opens, int status, String failure, long nanos) {
    boolean byLimits() {
      return failure.isEmpty();
    }

    boolean byFailureMode() {
      return !byLimits() && status == (opens ? 204 : 403);
    }

    boolean atOnce() {
      return failure.contains(GIVEN_UP);
    }
  }

  /** Each tenant has as many requests, which never come back. */
  static PolicySet set(long requests) {
    return Sets.of(
        IntStream.range(0, TENANTS)
            .mapToObj(i ->
                Sets.tenant(
                    "t" + i,
                    i % 2 == 0 ? BackendFailureMode.ALLOW : BackendFailureMode.DENY,
                    Sets.burst("all", requests)))
            .toArray(TenantPolicy[]::new));
  }

  /** Of tenants in turn, as many at once as tenants: most requests of one tenant would join. */
  List<Told> ask(int requests) {
    var answers = new ArrayList<Future<Told>>();
    try (var threads = Executors.newFixedThreadPool(TENANTS)) {
      for (int i = 0; i < requests; i++) {
        int tenant = i % TENANTS;
        answers.add(threads.submit(() -> ask("t" + tenant, tenant % 2 == 0)));
      }
    }
    return answers.stream().map(Future::resultNow).toList();
  }

  private Told ask(String tenant, boolean opens) {
    long since = System.nanoTime();
    var answer = estate.get("/v1/decide", Estate.question(tenant, "/", Map.of()));
    String failure = answer.headers().firstValue(DecideHeaders.FAILURE).orElse("");
    return new Told(opens, answer.statusCode(), failure, System.nanoTime() - since);
  }

  /** Until hardly a request waits; each node may be tried now and then. */
  void awaitGivenUp() {
    BoundedWait.until(
        "no node is asked any more",
        Estate.LONG,
        () -> ask(TENANTS).stream().filter(Told::atOnce).count() >= TENANTS - 3);
  }

  /** How many rounds of requests it took until Redis decided them all. */
  int awaitDecided() {
    var rounds = new AtomicInteger();
    BoundedWait.until(
        "Redis decides",
        Estate.LONG,
        () -> {
          rounds.incrementAndGet();
          return ask(TENANTS).stream().allMatch(Told::byLimits);
        });
    return rounds.get();
  }

  /** Decisions that came through to a primary. */
  long calls() {
    return estate.redis().primaries().stream()
        .mapToLong(node -> calls(estate.redis().node(node)))
        .sum();
  }

  /** Decisions of a node since it was started; what it refused to carry out isn't counted. */
  static long calls(RedisNode node) {
    return node.call("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_fcall:calls="))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
        .sum();
  }
}
