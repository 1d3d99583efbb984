package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.Share;
import dev.deployclaw.ratelimit.identity.ResolvedTenant.Stranger;
import dev.deployclaw.ratelimit.token.TokenVerification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The answers in the terms of HTTP. {@code RateLimit} and {@code RateLimit-Policy} follow the IETF
 * draft "RateLimit header fields for HTTP": lists of limits by name, {@code q} and {@code r} in
 * units of cost, {@code w} and {@code t} in seconds, which a concurrency limit doesn't have. Shadow
 * limits aren't shown.
 */
final class DecisionResponseFactory {
  private static final long MICROS = 1_000_000;
  private static final long PLACE_RETRY_MICROS = MICROS;
  private static final String FAILURE_RETRY_SECONDS = "1";

  private DecisionResponseFactory() {}

  static DecisionResponse decided(ChargeHeaders shown, Decided reply, Share share) {
    var claim = shown.claim();
    boolean admitted = share.admitted();
    var decision = reply.decision();
    var headers = new TreeMap<String, String>();
    headers.put(DecideHeaders.EPOCH, Long.toString(reply.epoch()));
    headers.put(DecideHeaders.RULE, shown.rule());
    if (!shown.policies().isEmpty()) {
      headers.put(DecideHeaders.RATE_LIMIT_POLICY, shown.policies());
      headers.put(DecideHeaders.RATE_LIMIT, states(shown, decision.verdicts()));
    }
    headers.put(DecideHeaders.TENANT, shown.tenant());
    LegacyHeaders.add(claim, decision.verdicts(), headers);
    if (!admitted && decision.retryAfterMicros() < AdmissionDecision.NEVER) {
      headers.put(DecideHeaders.RETRY_AFTER, seconds(retryAfter(claim, decision)));
    }
    if (admitted && !share.lease().isEmpty()) {
      ReleaseCall.of(claim, share.lease(), share.place())
          .ifPresent(held -> headers.put(DecideHeaders.LEASE, held.text()));
    }
    return new DecisionResponse(
        admitted, headers, DecisionResponse.By.LIMITS, left(shown, decision.verdicts()));
  }

  /** Places come back whenever a request is over, so for them it is worth asking again soon. */
  private static long retryAfter(RequestCharges claim, AdmissionDecision decision) {
    long retry = 0;
    for (int i = 0; i < claim.items().size(); i++) {
      var item = claim.items().get(i);
      long wait = decision.verdicts().get(i).waitMicros();
      if (item.rule().enforced()) {
        retry = Math.max(retry, item.holds() ? Math.min(wait, PLACE_RETRY_MICROS) : wait);
      }
    }
    return retry;
  }

  static DecisionResponse stranger(Stranger stranger) {
    String reason = stranger.reason();
    return switch (stranger.treatment()) {
      case ADMITTED ->
          DecisionResponse.of(true, DecisionResponse.By.IDENTITY, DecideHeaders.FAILURE, reason);
      case REFUSED ->
          DecisionResponse.of(false, DecisionResponse.By.IDENTITY, DecideHeaders.FAILURE, reason);
      case CHALLENGED ->
          DecisionResponse.of(false, DecisionResponse.By.TOKEN, DecideHeaders.FAILURE, reason)
              .with(DecideHeaders.CHALLENGE, challenge(reason));
      case UNDECIDED -> failed(BackendFailureMode.DENY, reason);
    };
  }

  /** As RFC 6750, section 3: without a token, no error is named. */
  private static String challenge(String reason) {
    return new TokenVerification.Unproven(reason).absent()
        ? "Bearer"
        : "Bearer error=\"invalid_token\"";
  }

  /** Redis couldn't be asked: each limit says what it does then, else its tenant's policy. */
  static DecisionResponse failed(RequestCharges claim, PolicySet set, String reason) {
    boolean blocked = claim.owners().stream().anyMatch(RequestCharges.Owner::blocked);
    boolean denied =
        claim.items().stream()
            .filter(item -> item.rule().enforced())
            .anyMatch(item -> onFailure(item, set) == BackendFailureMode.DENY);
    return failed(blocked || denied ? BackendFailureMode.DENY : BackendFailureMode.ALLOW, reason);
  }

  static DecisionResponse failed(BackendFailureMode what, String reason) {
    String printable = reason.replaceAll("[^\\x20-\\x7e]", " ");
    var answer =
        DecisionResponse.of(
            what == BackendFailureMode.ALLOW,
            DecisionResponse.By.FAILURE,
            DecideHeaders.FAILURE,
            printable);
    return answer.allowed()
        ? answer
        : answer.with(DecideHeaders.RETRY_AFTER, FAILURE_RETRY_SECONDS);
  }

  private static Optional<DecisionResponse.Left> left(ChargeHeaders shown, List<Verdict> verdicts) {
    var claim = shown.claim();
    int least = LegacyHeaders.least(claim, verdicts);
    if (least < 0) {
      return Optional.empty();
    }
    var item = claim.items().get(least);
    var verdict = verdicts.get(least);
    return Optional.of(
        new DecisionResponse.Left(
            shown.names().get(least).replace("\"", ""),
            item.rule().requests(),
            item.rule().windowMicros(),
            verdict.remaining() / item.rule().cost(),
            verdict.resetMicros()));
  }

  private static BackendFailureMode onFailure(RequestCharges.Item item, PolicySet set) {
    return item.applied()
        .limit()
        .onBackendFailure()
        .or(() -> set.tenant(item.applied().owner()).map(TenantPolicy::onBackendFailure))
        .orElse(BackendFailureMode.DENY);
  }

  /** How the enforced limits stand. */
  private static String states(ChargeHeaders shown, List<Verdict> verdicts) {
    var items = shown.claim().items();
    var states = new ArrayList<String>();
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).rule().enforced()) {
        states.add(state(shown.names().get(i), items.get(i), verdicts.get(i)));
      }
    }
    return String.join(", ", states);
  }

  private static String state(String name, RequestCharges.Item item, Verdict verdict) {
    String state = name + ";r=" + verdict.remaining();
    return !item.holds() && verdict.resetMicros() < AdmissionDecision.NEVER
        ? state + ";t=" + seconds(verdict.resetMicros())
        : state;
  }

  private static String seconds(long micros) {
    return Long.toString(Math.ceilDiv(micros, MICROS));
  }

  /**
   * The older {@code X-RateLimit-*} headers, for clients that know no others: of all enforced
   * limits the one of which the fewest requests are left. Reset is in seconds from now.
   */
  private static final class LegacyHeaders {
    private static final long MICROS = 1_000_000;

    /** Adds none where no limit is enforced. */
    static void add(RequestCharges claim, List<Verdict> verdicts, Map<String, String> headers) {
      int least = least(claim, verdicts);
      if (least < 0) {
        return;
      }
      var rule = claim.items().get(least).rule();
      var verdict = verdicts.get(least);
      headers.put(DecideHeaders.OLD_LIMIT, Long.toString(rule.capacity() / rule.cost()));
      headers.put(DecideHeaders.OLD_REMAINING, Long.toString(left(claim, verdicts, least)));
      if (verdict.resetMicros() < AdmissionDecision.NEVER) {
        headers.put(
            DecideHeaders.OLD_RESET, Long.toString(Math.ceilDiv(verdict.resetMicros(), MICROS)));
      }
    }

    /** The place of the limit with the fewest requests left; -1 where none is enforced. */
    static int least(RequestCharges claim, List<Verdict> verdicts) {
      int least = -1;
      for (int i = 0; i < claim.items().size(); i++) {
        boolean enforced = claim.items().get(i).rule().enforced();
        if (enforced && (least < 0 || left(claim, verdicts, i) < left(claim, verdicts, least))) {
          least = i;
        }
      }
      return least;
    }

    private static long left(RequestCharges claim, List<Verdict> verdicts, int i) {
      return verdicts.get(i).remaining() / claim.items().get(i).rule().cost();
    }
  }
}
