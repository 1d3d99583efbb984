package dev.deployclaw.bench.limiter;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.testkit.network.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.redisson.Redisson;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redisson's {@code RRateLimiter} in the same Redis, with as many permits a minute as ours. */
public final class RedissonLimiter implements RateLimiter {
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final RedissonClient client;
  private final List<RRateLimiter> limiters;

  private RedissonLimiter(HostPort redis, int tenants) {
    var config = new Config();
    config.useSingleServer().setAddress("redis://" + redis);
    client = Redisson.create(config);
    limiters =
        IntStream.range(0, tenants).mapToObj(i -> client.getRateLimiter("redisson:" + i)).toList();
    var set =
        limiters.stream()
            .map(l -> l.trySetRateAsync(RateType.OVERALL, Limit.MOST_REQUESTS, WINDOW))
            .toList();
    set.forEach(s -> s.toCompletableFuture().join());
  }

  public static RedissonLimiter on(HostPort redis, int tenants) {
    return new RedissonLimiter(redis, tenants);
  }

  @Override
  public String title() {
    return "redisson, in process";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    return limiters
        .get(tenant)
        .tryAcquireAsync(1)
        .thenAccept(passed -> {
          if (!passed) {
            throw new IllegalStateException("redisson refused");
          }
        });
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
