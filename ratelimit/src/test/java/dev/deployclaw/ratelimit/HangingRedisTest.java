package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that takes what it is sent and says nothing makes no queue. */
@Slow(
    guard = "dev.deployclaw.ratelimit.redis.SilentNodeTest",
    because = "it starts a cluster, and waits until nodes are given up")
class HangingRedisTest {
  private static final int TENANTS = 64;
  private static final int LATER = 40 * TENANTS;
  private static final String GIVEN_UP = "hasn't answered recently";

  @TempDir Path folder;

  /** What a request was told whose tenant opens without Redis, or doesn't. */
  private record Told(boolean opens, int status, String failure) {
    boolean byFailureMode() {
      return !failure.isEmpty() && status == (opens ? 204 : 403);
    }
  }

  @Test
  void whatWaitsIsBoundedAndTheRestIsAnsweredByTheTenantsFailureMode() throws Exception {
    try (var estate = Estate.start(folder, Duration.ofMillis(200))) {
      estate.activate(1, set());
      decides(estate);
      long before = calls(estate);
      estate.redis().nodes().forEach(estate.redis()::pause);

      var first = ask(estate, TENANTS);
      BoundedWait.until(
          "no node is asked any more",
          Estate.LONG,
          () -> givenUp(ask(estate, TENANTS)) >= TENANTS - 3);
      var later = ask(estate, LATER);
      estate.redis().nodes().forEach(estate.redis()::resume);
      int rounds = decides(estate);

      assertThat(first).allMatch(Told::byFailureMode);
      assertThat(later).allMatch(Told::byFailureMode);
      assertThat(calls(estate) - before - (long) rounds * TENANTS)
          .as("calls that waited for Redis")
          .isLessThan(LATER / 2);
    }
  }

  private static PolicySet set() {
    var tenants =
        IntStream.range(0, TENANTS)
            .mapToObj(i ->
                Sets.tenant(
                    "t" + i,
                    i % 2 == 0 ? BackendFailureMode.ALLOW : BackendFailureMode.DENY,
                    Sets.burst("all", 1_000_000)));
    return Sets.of(tenants.toArray(TenantPolicy[]::new));
  }

  /** By tenants in turn, since requests of one tenant would join; as many at once as tenants. */
  private static List<Told> ask(Estate estate, int requests) {
    var answers = new ArrayList<Future<Told>>();
    try (var threads = Executors.newFixedThreadPool(TENANTS)) {
      for (int i = 0; i < requests; i++) {
        int tenant = i % TENANTS;
        answers.add(threads.submit(() -> ask(estate, "t" + tenant, tenant % 2 == 0)));
      }
    }
    return answers.stream().map(Future::resultNow).toList();
  }

  private static Told ask(Estate estate, String tenant, boolean opens) {
    var answer = estate.get("/v1/decide", Estate.question(tenant, "/", Map.of()));
    String failure = answer.headers().firstValue(DecideHeaders.FAILURE).orElse("");
    return new Told(opens, answer.statusCode(), failure);
  }

  private static long givenUp(List<Told> told) {
    return told.stream().filter(one -> one.failure().contains(GIVEN_UP)).count();
  }

  /** How many rounds of requests that took. */
  private static int decides(Estate estate) {
    var rounds = new AtomicInteger();
    BoundedWait.until(
        "Redis decides",
        Estate.LONG,
        () -> {
          rounds.incrementAndGet();
          return ask(estate, TENANTS).stream().allMatch(told -> told.failure().isEmpty());
        });
    return rounds.get();
  }

  /** Decisions that came through to a primary. */
  private static long calls(Estate estate) {
    return estate.redis().primaries().stream()
        .map(node -> estate.redis().node(node).call("INFO", "commandstats"))
        .flatMap(String::lines)
        .filter(line -> line.startsWith("cmdstat_fcall:calls="))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
        .sum();
  }
}
