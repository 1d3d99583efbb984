package dev.deployclaw.bench.client;

import dev.deployclaw.bench.limiter.RateLimiter;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.testkit.network.HostPort;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Lettuce with one thread for its connection, which flushes after each command as it is set up. */
final class LettuceClient implements RateLimiter {
  private final ClientResources resources =
      ClientResources.builder().ioThreadPoolSize(1).computationThreadPoolSize(1).build();
  private final RedisClient client;
  private final RedisAsyncCommands<String, String> commands;
  private final List<Words> calls;

  /** What Lettuce takes: it encodes a command at each call. */
  private record Words(String[] keys, String[] arguments) {}

  LettuceClient(HostPort redis, List<DecideCall> calls) {
    client = RedisClient.create(resources, "redis://" + redis);
    commands = client.connect().async();
    this.calls = calls.stream().map(DecideCall::encoded).map(LettuceClient::words).toList();
  }

  @Override
  public String title() {
    return "Lettuce";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    var call = calls.get(tenant);
    return commands
        .<List<Long>>fcall(
            FunctionLibrary.DECIDE, ScriptOutputType.MULTI, call.keys(), call.arguments())
        .thenAccept(answer -> {
          if (answer.get(2) != 1) {
            throw new IllegalStateException("answered " + answer);
          }
        });
  }

  @Override
  public void close() {
    client.shutdown();
    var _ = resources.shutdown().awaitUninterruptibly();
  }

  private static Words words(DecideCall.Encoded encoded) {
    return new Words(
        encoded.keys().toArray(new String[0]), encoded.arguments().toArray(new String[0]));
  }
}
