package dev.deployclaw.bench.limiter;

import dev.deployclaw.policy.document.PackagedText;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.testkit.network.HostPort;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.redisson.Redisson;
import org.redisson.api.RateType;
import org.redisson.config.Config;

/**
 * A limiter that ours is measured against, on the same Redis, with limits as high as our tenants'.
 *
 * @param asks for one request of a tenant; whether it passes
 */
public record PeerLimiter(String title, IntFunction<CompletionStage<Boolean>> asks, Runnable end)
    implements RateLimiter {
  private static final Duration REFILL = Duration.ofMinutes(1);
  private static final String SCRIPT = "/META-INF/scripts/request_rate_limiter.lua";

  @Override
  public CompletionStage<?> ask(int tenant) {
    return asks.apply(tenant)
        .thenAccept(passed -> {
          if (!passed) {
            throw new IllegalStateException(title + " refused");
          }
        });
  }

  @Override
  public void close() {
    end.run();
  }

  /**
   * Bucket4j over Lettuce, without waiting, and with its batching: who comes for a bucket while it
   * is asked for goes along with the next call. A bucket vanishes when it is full again, as our
   * counters do.
   */
  public static PeerLimiter bucket4j(HostPort redis, int tenants) {
    var client = RedisClient.create("redis://" + redis);
    var connection = client.connect(RedisCodec.of(StringCodec.ASCII, ByteArrayCodec.INSTANCE));
    var proxies =
        Bucket4jLettuce.casBasedBuilder(connection)
            .expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                    Duration.ofSeconds(1)))
            .build()
            .asAsync();
    var configuration =
        BucketConfiguration.builder()
            .addLimit(limit ->
                limit.capacity(Limit.MOST_REQUESTS).refillGreedy(Limit.MOST_REQUESTS, REFILL))
            .build();
    var buckets =
        IntStream.range(0, tenants)
            .mapToObj(i ->
                proxies
                    .builder()
                    .withOptimization(Optimizations.batching())
                    .build("bucket4j:" + i, () -> CompletableFuture.completedFuture(configuration)))
            .toList();
    return new PeerLimiter(
        "bucket4j, in process", tenant -> buckets.get(tenant).tryConsume(1), client::shutdown);
  }

  /**
   * The script of Spring Cloud Gateway's {@code RedisRateLimiter}, out of its jar, called as it
   * calls it: by its hash, over one Lettuce connection. Without its Reactor, which takes more.
   */
  public static PeerLimiter gatewayScript(HostPort redis) {
    var client = RedisClient.create("redis://" + redis);
    var commands = client.connect().async();
    String hash = client.connect().sync().scriptLoad(PackagedText.read(PeerLimiter.class, SCRIPT));
    String rate = Long.toString(Limit.MOST_REQUESTS / REFILL.toSeconds());
    String burst = Long.toString(Limit.MOST_REQUESTS);
    return new PeerLimiter(
        "spring cloud gateway's script, in process",
        tenant -> {
          String prefix = "request_rate_limiter.{web." + tenant + "}.";
          String[] keys = {prefix + "tokens", prefix + "timestamp"};
          return commands
              .<List<Long>>evalsha(hash, ScriptOutputType.MULTI, keys, rate, burst, "", "1")
              .thenApply(answer -> answer.getFirst() == 1);
        },
        client::shutdown);
  }

  public static PeerLimiter redisson(HostPort redis, int tenants) {
    var config = new Config();
    config.useSingleServer().setAddress("redis://" + redis);
    var client = Redisson.create(config);
    var limiters =
        IntStream.range(0, tenants).mapToObj(i -> client.getRateLimiter("redisson:" + i)).toList();
    limiters.stream()
        .map(l -> l.trySetRateAsync(RateType.OVERALL, Limit.MOST_REQUESTS, REFILL))
        .toList()
        .forEach(set -> set.toCompletableFuture().join());
    return new PeerLimiter(
        "redisson, in process",
        tenant -> limiters.get(tenant).tryAcquireAsync(1),
        client::shutdown);
  }
}
