package dev.deployclaw.bench;

import dev.deployclaw.bench.SampleLimits.Kind;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.ratelimit.decide.Answer;
import dev.deployclaw.ratelimit.decide.Decider;
import dev.deployclaw.ratelimit.decide.Question;
import dev.deployclaw.ratelimit.redis.Shards;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.ratelimit.token.Tokens;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** The service's own decisions, asked in its process: all that it does but HTTP. */
final class DeciderLimiter implements Limiter {
  private final Vertx vertx = DecidingEstate.oneLoop();
  private final Context loop = vertx.getOrCreateContext();
  private final List<Question> questions;
  private final Shards shards;
  private final Decider decider;

  private DeciderLimiter(DecidingEstate estate, int tenants) {
    questions = IntStream.range(0, tenants).mapToObj(DeciderLimiter::question).toList();
    shards = Shards.open(vertx, estate.cluster());
    var tokens = Tokens.start(vertx, Clock.systemUTC(), TokenSettings.NONE);
    decider =
        new Decider(
            vertx, estate.feed(), shards, tokens, new Decider.Bounds(BackendFailure.DENY, 10_000));
  }

  static DeciderLimiter of(DecidingEstate estate, int tenants) {
    return new DeciderLimiter(estate, tenants);
  }

  @Override
  public String title() {
    return "our decider, in process";
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    Promise<Answer> promise = Promise.promise();
    if (loop.equals(Vertx.currentContext())) {
      decide(tenant, promise);
    } else {
      loop.runOnContext(_ -> decide(tenant, promise));
    }
    return promise.future().toCompletionStage();
  }

  @Override
  public void close() {
    loop.runOnContext(_ -> shards.close());
    var _ = vertx.close().await();
  }

  private void decide(int tenant, Promise<Answer> promise) {
    decider
        .decide(questions.get(tenant))
        .onComplete(answer -> {
          if (answer.failed()) {
            promise.fail(answer.cause());
          } else if (answer.result().allowed() && answer.result().by() == Answer.By.LIMITS) {
            promise.complete(answer.result());
          } else {
            promise.fail(new IllegalStateException("answered " + answer.result()));
          }
        });
  }

  private static Question question(int tenant) {
    return new Question(
        SampleLimits.GATEWAY,
        SampleLimits.host(Kind.TOKEN_BUCKET.tenant(tenant)),
        SampleLimits.METHOD,
        SampleLimits.PATH,
        "10.0.0.1",
        "",
        _ -> "");
  }
}
