package dev.deployclaw.bench.lease;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.ratelimit.decision.DecisionResponse;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Instances of the service in one process, each with an event loop, connections and leases of its
 * own: all of a service but its protocols.
 */
record DeciderGroup(List<Instance> instances) implements AutoCloseable {
  private record Instance(Vertx vertx, Context loop, ShardRouter shards, RateLimitDecider decider) {
    static Instance of(DecisionBenchEstate estate) {
      var vertx = DecisionBenchEstate.oneLoop();
      var loop = vertx.getOrCreateContext();
      var shards = ShardRouter.open(vertx, estate.cluster());
      return new Instance(vertx, loop, shards, estate.decider(vertx, shards));
    }

    boolean here() {
      return loop.equals(Vertx.currentContext());
    }
  }

  static DeciderGroup of(DecisionBenchEstate estate, int number) {
    return new DeciderGroup(IntStream.range(0, number).mapToObj(_ -> Instance.of(estate)).toList());
  }

  int size() {
    return instances.size();
  }

  /** The instance on whose event loop this is called; -1 on any other thread. */
  int here() {
    for (int i = 0; i < instances.size(); i++) {
      if (instances.get(i).here()) {
        return i;
      }
    }
    return -1;
  }

  /** Whether an instance lets a request pass; fails where it isn't decided by limits. */
  Future<Boolean> ask(int instance, DecisionRequest question) {
    var asked = instances.get(instance);
    if (asked.here()) {
      return asked.decider().decide(question).compose(DeciderGroup::passes);
    }
    Promise<Boolean> promise = Promise.promise();
    asked
        .loop()
        .runOnContext(_ ->
            asked.decider().decide(question).compose(DeciderGroup::passes).onComplete(promise));
    return promise.future();
  }

  private static Future<Boolean> passes(DecisionResponse answer) {
    return answer.by() == DecisionResponse.By.LIMITS
        ? Future.succeededFuture(answer.allowed())
        : Future.failedFuture("answered " + answer);
  }

  @Override
  public void close() {
    for (var instance : instances) {
      instance.loop().runOnContext(_ -> instance.shards().close());
      var _ = instance.vertx().close().await();
    }
  }
}
