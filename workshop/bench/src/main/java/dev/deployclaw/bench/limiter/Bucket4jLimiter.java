package dev.deployclaw.bench.limiter;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.testkit.network.HostPort;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * Bucket4j's buckets in the same Redis, over Lettuce, without waiting, and with its batching: who
 * comes for a bucket while it is asked for goes along with the next call. A bucket is as large as
 * our tenants' limits, and vanishes when it is full again, as our counters do.
 */
public final class Bucket4jLimiter implements RateLimiter {
  private static final Duration REFILL = Duration.ofMinutes(1);

  private final RedisClient client;
  private final List<AsyncBucketProxy> buckets;

  private Bucket4jLimiter(HostPort redis, int tenants) {
    client = RedisClient.create("redis://" + redis);
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
    buckets =
        IntStream.range(0, tenants)
            .mapToObj(i ->
                proxies
                    .builder()
                    .withOptimization(Optimizations.batching())
                    .build("bucket4j:" + i, () -> CompletableFuture.completedFuture(configuration)))
            .toList();
  }

  public static Bucket4jLimiter on(HostPort redis, int tenants) {
    return new Bucket4jLimiter(redis, tenants);
  }

  @Override
  public String title() {
    return "bucket4j, in process";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    return buckets
        .get(tenant)
        .tryConsume(1)
        .thenAccept(passed -> {
          if (!passed) {
            throw new IllegalStateException("bucket4j refused");
          }
        });
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
