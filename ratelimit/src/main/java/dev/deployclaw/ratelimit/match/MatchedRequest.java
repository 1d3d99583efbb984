package dev.deployclaw.ratelimit.match;

import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import java.util.Optional;

/**
 * What a question comes to, and what follows from that alone, worked out when it is first needed.
 * Belongs to one event loop.
 */
public final class MatchedRequest {
  private final EpochCharges claims;
  private final Optional<CoalescibleCall> first;

  /** Of the epoch that decided last: it changes with a publish. */
  private Optional<ChargeHeaders> shown = Optional.empty();

  public MatchedRequest(EpochCharges claims, Optional<Constants> active) {
    var leading = claims.first();
    this.claims = claims;
    this.first =
        leading.isEmpty() ? Optional.empty() : Optional.of(CoalescibleCall.of(leading, active));
  }

  public EpochCharges claims() {
    return claims;
  }

  /** What Redis is asked first; empty where no set knows who asks. */
  public Optional<CoalescibleCall> first() {
    return first;
  }

  /** Of the claim under an epoch; empty where there is none. */
  public Optional<ChargeHeaders> shown(long epoch) {
    if (shown.isEmpty() || shown.get().claim().epoch() != epoch) {
      shown = claims.claim(epoch).map(ChargeHeaders::of);
    }
    return shown;
  }
}
