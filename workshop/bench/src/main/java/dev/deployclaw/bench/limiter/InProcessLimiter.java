package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import dev.deployclaw.ratelimit.decision.DecisionResponse;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * The service's own decisions, asked in its process: all that it does but HTTP. Who has an answer
 * asks again within the same turn of the event loop.
 */
public final class InProcessLimiter implements RateLimiter {
  private final Vertx vertx;
  private final Context loop;
  private final List<DecisionRequest> questions;
  private final ShardRouter shards;
  private final RateLimitDecider decider;

  private InProcessLimiter(Vertx vertx, DecisionBenchEstate estate, int tenants) {
    this.vertx = vertx;
    loop = vertx.getOrCreateContext();
    questions =
        IntStream.range(0, tenants)
            .mapToObj(t -> SampleLimits.question(Kind.TOKEN_BUCKET.tenant(t)))
            .toList();
    shards = ShardRouter.open(vertx, estate.cluster());
    decider = estate.decider(vertx, shards);
  }

  public static InProcessLimiter of(DecisionBenchEstate estate, int tenants) {
    var vertx = DecisionBenchEstate.oneLoop();
    Promise<InProcessLimiter> made = Promise.promise();
    vertx.runOnContext(_ -> made.complete(new InProcessLimiter(vertx, estate, tenants)));
    return made.future().await();
  }

  @Override
  public String title() {
    return "our decider, in process";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    var answer = new CompletableFuture<DecisionResponse>();
    if (loop.equals(Vertx.currentContext())) {
      decide(tenant, answer);
    } else {
      loop.runOnContext(_ -> decide(tenant, answer));
    }
    return answer;
  }

  @Override
  public void close() {
    loop.runOnContext(_ -> shards.close());
    var _ = vertx.close().await();
  }

  private void decide(int tenant, CompletableFuture<DecisionResponse> told) {
    decider
        .decide(questions.get(tenant))
        .onComplete(answer -> {
          if (answer.failed()) {
            told.completeExceptionally(answer.cause());
          } else if (answer.result().allowed()
              && answer.result().by() == DecisionResponse.By.LIMITS) {
            told.complete(answer.result());
          } else {
            told.completeExceptionally(new IllegalStateException("answered " + answer.result()));
          }
        });
  }
}
