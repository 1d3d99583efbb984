package dev.deployclaw.bench.limiter;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.testkit.network.HostPort;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * The script of Spring Cloud Gateway's {@code RedisRateLimiter}, out of its jar, called as it calls
 * it: by its hash, over one Lettuce connection, with its two keys and four arguments. Without its
 * Reactor, which would add to what it takes.
 */
public final class GatewayScriptLimiter implements RateLimiter {
  private static final String SCRIPT = "/META-INF/scripts/request_rate_limiter.lua";
  private static final String RATE = Long.toString(Limit.MOST_REQUESTS / 60);
  private static final String BURST = Long.toString(Limit.MOST_REQUESTS);

  private final RedisClient client;
  private final StatefulRedisConnection<String, String> connection;
  private final String hash;

  private GatewayScriptLimiter(HostPort redis) {
    client = RedisClient.create("redis://" + redis);
    connection = client.connect();
    hash = connection.sync().scriptLoad(script());
  }

  public static GatewayScriptLimiter on(HostPort redis) {
    return new GatewayScriptLimiter(redis);
  }

  @Override
  public String title() {
    return "spring cloud gateway's script, in process";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    String prefix = "request_rate_limiter.{web." + tenant + "}.";
    String[] keys = {prefix + "tokens", prefix + "timestamp"};
    return connection
        .async()
        .<List<Long>>evalsha(hash, ScriptOutputType.MULTI, keys, RATE, BURST, "", "1")
        .thenAccept(answer -> {
          if (answer.getFirst() != 1) {
            throw new IllegalStateException("spring cloud gateway's script refused");
          }
        });
  }

  @Override
  public void close() {
    client.shutdown();
  }

  private static String script() {
    try (var in = GatewayScriptLimiter.class.getResourceAsStream(SCRIPT)) {
      return new String(Objects.requireNonNull(in, SCRIPT).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
