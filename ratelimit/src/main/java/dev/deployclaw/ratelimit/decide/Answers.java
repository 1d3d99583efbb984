package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Decision;
import dev.deployclaw.policy.decide.Decision.Verdict;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.Claim;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.decide.Identified.Stranger;
import dev.deployclaw.ratelimit.decide.Merger.Share;
import dev.deployclaw.ratelimit.token.Bearer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The answers in the terms of HTTP. {@code RateLimit} and {@code RateLimit-Policy} follow the IETF
 * draft "RateLimit header fields for HTTP": lists of limits by name, {@code q} and {@code r} in
 * units of cost, {@code w} and {@code t} in seconds, which a concurrency limit doesn't have. Shadow
 * limits aren't shown.
 */
final class Answers {
  private static final long MICROS = 1_000_000;
  private static final long PLACE_RETRY_MICROS = MICROS;
  private static final String FAILURE_RETRY_SECONDS = "1";

  private Answers() {}

  static Answer decided(Shown shown, Decided reply, Share share) {
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
    OldHeaders.add(claim, decision.verdicts(), headers);
    if (!admitted && decision.retryAfterMicros() < Decision.NEVER) {
      headers.put(DecideHeaders.RETRY_AFTER, seconds(retryAfter(claim, decision)));
    }
    if (admitted) {
      ReleaseCall.of(claim, share.lease(), share.place())
          .ifPresent(held -> headers.put(DecideHeaders.LEASE, held.text()));
    }
    return new Answer(admitted, headers, Answer.By.LIMITS, left(shown, decision.verdicts()));
  }

  /** Places come back whenever a request is over, so for them it is worth asking again soon. */
  private static long retryAfter(Claim claim, Decision decision) {
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

  static Answer stranger(Stranger stranger) {
    String reason = stranger.reason();
    return switch (stranger.treatment()) {
      case ADMITTED -> Answer.of(true, Answer.By.IDENTITY, DecideHeaders.FAILURE, reason);
      case REFUSED -> Answer.of(false, Answer.By.IDENTITY, DecideHeaders.FAILURE, reason);
      case CHALLENGED ->
          Answer.of(false, Answer.By.TOKEN, DecideHeaders.FAILURE, reason)
              .with(DecideHeaders.CHALLENGE, challenge(reason));
      case UNDECIDED -> failed(BackendFailure.DENY, reason);
    };
  }

  /** As RFC 6750, section 3: without a token, no error is named. */
  private static String challenge(String reason) {
    return new Bearer.Unproven(reason).absent() ? "Bearer" : "Bearer error=\"invalid_token\"";
  }

  /** Redis couldn't be asked: each limit says what it does then, else its tenant's policy. */
  static Answer failed(Claim claim, PolicySet set, String reason) {
    boolean blocked = claim.owners().stream().anyMatch(Claim.Owner::blocked);
    boolean denied =
        claim.items().stream()
            .filter(item -> item.rule().enforced())
            .anyMatch(item -> onFailure(item, set) == BackendFailure.DENY);
    return failed(blocked || denied ? BackendFailure.DENY : BackendFailure.ALLOW, reason);
  }

  static Answer failed(BackendFailure what, String reason) {
    String printable = reason.replaceAll("[^\\x20-\\x7e]", " ");
    var answer =
        Answer.of(
            what == BackendFailure.ALLOW, Answer.By.FAILURE, DecideHeaders.FAILURE, printable);
    return answer.allowed()
        ? answer
        : answer.with(DecideHeaders.RETRY_AFTER, FAILURE_RETRY_SECONDS);
  }

  private static Optional<Answer.Left> left(Shown shown, List<Verdict> verdicts) {
    var claim = shown.claim();
    int least = OldHeaders.least(claim, verdicts);
    if (least < 0) {
      return Optional.empty();
    }
    var item = claim.items().get(least);
    var verdict = verdicts.get(least);
    return Optional.of(
        new Answer.Left(
            shown.names().get(least).replace("\"", ""),
            item.rule().requests(),
            item.rule().windowMicros(),
            verdict.remaining() / item.rule().cost(),
            verdict.resetMicros()));
  }

  private static BackendFailure onFailure(Claim.Item item, PolicySet set) {
    return item.applied()
        .limit()
        .onBackendFailure()
        .or(() -> set.tenant(item.applied().owner()).map(TenantPolicy::onBackendFailure))
        .orElse(BackendFailure.DENY);
  }

  /** How the enforced limits stand. */
  private static String states(Shown shown, List<Verdict> verdicts) {
    var items = shown.claim().items();
    var states = new ArrayList<String>();
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).rule().enforced()) {
        states.add(state(shown.names().get(i), items.get(i), verdicts.get(i)));
      }
    }
    return String.join(", ", states);
  }

  private static String state(String name, Claim.Item item, Verdict verdict) {
    String state = name + ";r=" + verdict.remaining();
    return !item.holds() && verdict.resetMicros() < Decision.NEVER
        ? state + ";t=" + seconds(verdict.resetMicros())
        : state;
  }

  private static String seconds(long micros) {
    return Long.toString(Math.ceilDiv(micros, MICROS));
  }
}
