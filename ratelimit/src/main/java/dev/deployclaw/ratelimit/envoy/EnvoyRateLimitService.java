package dev.deployclaw.ratelimit.envoy;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.decision.DecisionResponse;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.RateLimit;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private static final long MICROS = 1_000_000;
  private static final long MOST_UINT32 = 0xffff_ffffL;

  private static final Map<Long, RateLimit.Unit> UNITS =
      Map.of(
          1L,
          RateLimit.Unit.SECOND,
          60L,
          RateLimit.Unit.MINUTE,
          3_600L,
          RateLimit.Unit.HOUR,
          86_400L,
          RateLimit.Unit.DAY,
          604_800L,
          RateLimit.Unit.WEEK);

  /** Which headers of an answer go where, as a rendered NGINX file has it too. */
  private static final class EnvoyHeaderFilter {
    private static final List<String> TO_PROBES =
        List.of(
            DecideHeaders.PROBE, DecideHeaders.RULE, DecideHeaders.EPOCH, DecideHeaders.FAILURE);

    /** Whose request it is: clients can't say that. */
    static boolean forUpstream(String name) {
      return name.equals(DecideHeaders.TENANT);
    }

    /**
     * Rule, epoch and failure are shown to verified probes alone, and a lease to no client: anyone
     * who knows it may release it.
     */
    static boolean forClient(String name, DecisionResponse answer) {
      return !forUpstream(name)
          && !name.equals(DecideHeaders.LEASE)
          && (!TO_PROBES.contains(name) || answer.headers().containsKey(DecideHeaders.PROBE));
    }
  }

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
    return GrpcUnaryCall.framed(response(answers));
  }

  /** In Envoy's terms: any descriptor that is over its limit makes the whole so. */
  private RateLimitResponse response(List<DecisionResponse> answers) {
    var response = RateLimitResponse.newBuilder();
    boolean allowed = answers.stream().allMatch(DecisionResponse::allowed);
    response.setOverallCode(code(allowed));
    answers.forEach(a -> response.addStatuses(status(a)));
    var told = answers.stream().filter(a -> a.allowed() == allowed).findFirst();
    told.ifPresent(a ->
        a.headers()
            .forEach((name, value) -> {
              var header = HeaderValue.newBuilder().setKey(name).setValue(value);
              if (EnvoyHeaderFilter.forUpstream(name)) {
                response.addRequestHeadersToAdd(header);
              } else if (EnvoyHeaderFilter.forClient(name, a) && shows.test(name)) {
                response.addResponseHeadersToAdd(header);
              }
            }));
    return response.build();
  }

  private static DescriptorStatus status(DecisionResponse answer) {
    var status = DescriptorStatus.newBuilder().setCode(code(answer.allowed()));
    answer
        .left()
        .ifPresent(left -> {
          status.setLimitRemaining(uint32(left.remaining()));
          status.setCurrentLimit(limit(left));
          if (left.resetMicros() < AdmissionDecision.NEVER) {
            status.setDurationUntilReset(
                Duration.newBuilder()
                    .setSeconds(left.resetMicros() / MICROS)
                    .setNanos((int) (left.resetMicros() % MICROS) * 1_000)
                    .build());
          }
        });
    return status.build();
  }

  private static Code code(boolean allowed) {
    return allowed ? Code.OK : Code.OVER_LIMIT;
  }

  /** A window that is no unit of theirs has none: the number is of the window then. */
  private static RateLimit limit(DecisionResponse.Left left) {
    return RateLimit.newBuilder()
        .setName(left.name())
        .setRequestsPerUnit(uint32(left.requests()))
        .setUnit(UNITS.getOrDefault(left.windowMicros() / MICROS, RateLimit.Unit.UNKNOWN))
        .build();
  }

  private static int uint32(long value) {
    return (int) Math.min(value, MOST_UINT32);
  }
}
