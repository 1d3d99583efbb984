package dev.deployclaw.bench.client;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.limiter.RateLimiter;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.ratelimit.redis.DecideCommand;
import dev.deployclaw.ratelimit.redis.RespReply;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The service's own client, as the service uses it: commands are kept in their encoded form. */
final class OwnRedisClient implements RateLimiter {
  private final Vertx vertx = DecisionBenchEstate.oneLoop();
  private final Context loop = vertx.getOrCreateContext();
  private final ShardRouter shards;
  private final List<DecideCommand> commands;

  OwnRedisClient(DecisionBenchEstate estate, List<DecideCall> calls) {
    shards = ShardRouter.open(vertx, estate.cluster());
    commands = calls.stream().map(DecideCommand::of).toList();
  }

  @Override
  public String title() {
    return "our own client";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    Promise<RespReply> promise = Promise.promise();
    if (loop.equals(Vertx.currentContext())) {
      send(tenant, promise);
    } else {
      loop.runOnContext(_ -> send(tenant, promise));
    }
    return promise.future().toCompletionStage();
  }

  @Override
  public void close() {
    loop.runOnContext(_ -> shards.close());
    var _ = vertx.close().await();
  }

  private void send(int tenant, Promise<RespReply> promise) {
    var command = commands.get(tenant);
    shards.call(
        command.slot(),
        command.command(),
        (reply, failure) -> {
          boolean passed =
              reply instanceof RespReply.Items(List<RespReply> values)
                  && values.get(2).equals(new RespReply.Whole(1));
          promise.complete(
              passed ? reply : null,
              passed ? null : new IllegalStateException("answered " + reply, failure));
        });
  }
}
