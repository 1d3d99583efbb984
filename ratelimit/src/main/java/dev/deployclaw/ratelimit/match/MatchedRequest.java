package dev.deployclaw.ratelimit.match;

import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a question comes to, and what follows from that alone, worked out when it is first needed.
 * Belongs to one event loop.
 */
public final class MatchedRequest {
  private final EpochCharges claims;
  private final Optional<CoalescibleCall> first;
  private final Map<Long, ChargeHeaders> shown = new HashMap<>();

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
    var known = shown.get(epoch);
    if (known != null) {
      return Optional.of(known);
    }
    var made = claims.claim(epoch).map(ChargeHeaders::of);
    made.ifPresent(s -> shown.put(epoch, s));
    return made;
  }
}
