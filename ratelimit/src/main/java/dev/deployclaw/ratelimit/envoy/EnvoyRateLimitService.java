package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.ratelimit.decision.DecisionResponse;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code ShouldRateLimit}. What can't be understood is {@code INVALID_ARGUMENT}, and what
 * policies refuse because Redis can't be asked is {@code UNAVAILABLE}: never a code of the
 * protocol, since Envoy lets an unknown one pass. Descriptors are asked one after another; behind
 * one that is over its limit, none is charged. Belongs to one event loop.
 */
public final class EnvoyRateLimitService extends RateLimitServiceGrpc.RateLimitServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(EnvoyRateLimitService.class);

  private final RateLimitDecider decider;
  private final Predicate<String> shows;

  /**
   * @param shows which headers clients are shown
   */
  public EnvoyRateLimitService(RateLimitDecider decider, Predicate<String> shows) {
    this.decider = decider;
    this.shows = shows;
  }

  @Override
  public void shouldRateLimit(
      RateLimitRequest request, StreamObserver<RateLimitResponse> observer) {
    List<DecisionRequest> questions;
    try {
      questions = EnvoyRequestParser.questions(request);
    } catch (IllegalArgumentException e) {
      observer.onError(
          Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
      return;
    }
    ask(questions, new ArrayList<>())
        .onSuccess(answers -> reply(answers, observer))
        .onFailure(e -> {
          LOG.atError().setMessage("a request failed").setCause(e).log();
          observer.onError(Status.INTERNAL.asRuntimeException());
        });
  }

  private Future<List<DecisionResponse>> ask(
      List<DecisionRequest> questions, List<DecisionResponse> answers) {
    if (answers.size() == questions.size()) {
      return Future.succeededFuture(answers);
    }
    boolean over = answers.stream().anyMatch(a -> !a.allowed());
    var next = questions.get(answers.size());
    return decider
        .decide(over ? next.uncharged() : next)
        .compose(answer -> {
          answers.add(answer);
          return ask(questions, answers);
        });
  }

  private void reply(List<DecisionResponse> answers, StreamObserver<RateLimitResponse> observer) {
    var failed =
        answers.stream()
            .filter(a -> !a.allowed() && a.by() == DecisionResponse.By.FAILURE)
            .findFirst();
    if (failed.isPresent()) {
      String reason = String.join(", ", failed.get().headers().values());
      observer.onError(Status.UNAVAILABLE.withDescription(reason).asRuntimeException());
      return;
    }
    observer.onNext(EnvoyResponseBuilder.of(answers, shows));
    observer.onCompleted();
  }
}
