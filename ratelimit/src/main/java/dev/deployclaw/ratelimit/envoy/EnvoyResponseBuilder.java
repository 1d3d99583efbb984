package dev.deployclaw.ratelimit.envoy;

import com.google.protobuf.Duration;
import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.decision.DecisionResponse;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.RateLimit;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Answers in Envoy's terms. */
final class EnvoyResponseBuilder {
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

  private EnvoyResponseBuilder() {}

  /**
   * Any descriptor that is over its limit makes the whole so.
   *
   * @param shows which headers clients are shown
   */
  static RateLimitResponse of(List<DecisionResponse> answers, Predicate<String> shows) {
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
}
