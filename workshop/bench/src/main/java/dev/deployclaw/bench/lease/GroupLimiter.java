package dev.deployclaw.bench.lease;

import dev.deployclaw.bench.limiter.RateLimiter;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tenants whose limits refuse nothing, asked for by turns: a caller stays with the instance that
 * answered it. The group is the caller's to close.
 */
final class GroupLimiter implements RateLimiter {
  private final DeciderGroup group;
  private final String title;
  private final List<DecisionRequest> questions;
  private final AtomicInteger turn = new AtomicInteger();

  GroupLimiter(DeciderGroup group, String title, List<DecisionRequest> questions) {
    this.group = group;
    this.title = title;
    this.questions = questions;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public CompletionStage<?> ask(int tenant) {
    int here = group.here();
    int instance = here < 0 ? turn.getAndIncrement() % group.size() : here;
    return group
        .ask(instance, questions.get(tenant))
        .compose(
            passes -> passes ? Future.succeededFuture() : Future.failedFuture(title + " refused"))
        .toCompletionStage();
  }

  @Override
  public void close() {}
}
