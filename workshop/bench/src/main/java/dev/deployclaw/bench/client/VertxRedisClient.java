package dev.deployclaw.bench.client;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.limiter.RateLimiter;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.testkit.network.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** vertx-redis-client over one connection, its requests made beforehand. */
final class VertxRedisClient implements RateLimiter {
  private static final int MOST_WAITING = 200_000;

  private final Vertx vertx = DecisionBenchEstate.oneLoop();
  private final Context loop = vertx.getOrCreateContext();
  private final RedisConnection connection;
  private final List<Request> requests;

  VertxRedisClient(HostPort redis, List<DecideCall> calls) {
    var options =
        new RedisOptions()
            .setConnectionString("redis://" + redis)
            .setMaxWaitingHandlers(MOST_WAITING);
    Promise<RedisConnection> connected = Promise.promise();
    loop.runOnContext(_ -> Redis.createClient(vertx, options).connect().onComplete(connected));
    connection = connected.future().await();
    requests = calls.stream().map(DecideCall::encoded).map(VertxRedisClient::request).toList();
  }

  @Override
  public String title() {
    return "vertx-redis-client";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    Promise<Response> promise = Promise.promise();
    if (loop.equals(Vertx.currentContext())) {
      send(tenant, promise);
    } else {
      loop.runOnContext(_ -> send(tenant, promise));
    }
    return promise.future().toCompletionStage();
  }

  @Override
  public void close() {
    var _ = vertx.close().await();
  }

  private void send(int tenant, Promise<Response> promise) {
    connection
        .send(requests.get(tenant))
        .onComplete((answer, failure) -> {
          boolean passed = answer != null && "1".equals(answer.get(2).toString());
          promise.complete(
              passed ? answer : null,
              passed ? null : new IllegalStateException("answered " + answer, failure));
        });
  }

  private static Request request(DecideCall.Encoded encoded) {
    var request = Request.cmd(Command.FCALL).arg(FunctionLibrary.DECIDE).arg(encoded.keys().size());
    encoded.keys().forEach(request::arg);
    encoded.arguments().forEach(request::arg);
    return request;
  }
}
