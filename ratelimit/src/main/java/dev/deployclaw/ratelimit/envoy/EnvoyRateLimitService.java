package dev.deployclaw.ratelimit.envoy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.ratelimit.decision.DecisionResponse;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code ShouldRateLimit}, the one call of Envoy's protocol, on HTTP/2 itself. What can't
 * be understood is {@code INVALID_ARGUMENT}, and what policies refuse because Redis can't be asked
 * is {@code UNAVAILABLE}: never a code of the protocol, since Envoy lets an unknown one pass.
 * Descriptors are asked one after another; behind one that is over its limit, none is charged.
 * Belongs to one event loop.
 *
 * @param shows which headers clients are shown
 * @param quotas answers the quota protocol, which has the same listener
 */
public record EnvoyRateLimitService(
    RateLimitDecider decider, Predicate<String> shows, EnvoyQuotaService quotas)
    implements Handler<HttpServerRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(EnvoyRateLimitService.class);
  private static final String CALL = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";

  @Override
  public void handle(HttpServerRequest request) {
    String type = request.getHeader("content-type");
    if (!request.method().equals(HttpMethod.POST)
        || type == null
        || !type.startsWith(GrpcUnaryCall.CONTENT_TYPE)) {
      request.response().setStatusCode(415).end();
      return;
    }
    if (EnvoyQuotaService.CALL.equals(request.path())) {
      quotas.open(request);
      return;
    }
    var call = new GrpcUnaryCall(request);
    if (CALL.equals(request.path())) {
      call.read(message -> decide(call, message));
    } else {
      call.fail(
          GrpcUnaryCall.UNIMPLEMENTED, "the calls are " + CALL + ", " + EnvoyQuotaService.CALL);
    }
  }

  private void decide(GrpcUnaryCall call, byte[] message) {
    List<DecisionRequest> questions;
    try {
      questions = EnvoyRequestParser.questions(RateLimitRequest.parseFrom(message));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      call.fail(GrpcUnaryCall.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
      return;
    }
    var asked =
        questions.size() == 1
            ? decider.decide(questions.getFirst()).map(List::of)
            : ask(questions, new ArrayList<>());
    asked
        .onSuccess(answers -> reply(answers, call))
        .onFailure(e -> {
          LOG.atError().setCause(e).log("a request failed");
          call.fail(GrpcUnaryCall.INTERNAL, "");
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

  private void reply(List<DecisionResponse> answers, GrpcUnaryCall call) {
    var failed =
        answers.stream()
            .filter(a -> !a.allowed() && a.by() == DecisionResponse.By.FAILURE)
            .findFirst();
    if (failed.isPresent()) {
      call.fail(GrpcUnaryCall.UNAVAILABLE, String.join(", ", failed.get().headers().values()));
    } else {
      call.answer(answers.size() == 1 ? answers.getFirst().encoded(this::framed) : framed(answers));
    }
  }

  private byte[] framed(DecisionResponse answer) {
    return framed(List.of(answer));
  }

  private byte[] framed(List<DecisionResponse> answers) {
    return GrpcUnaryCall.framed(EnvoyResponseBuilder.of(answers, shows));
  }
}
