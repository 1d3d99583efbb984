package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RequestCharges;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a question comes to, and what follows from that alone, worked out when it is first needed.
 * Belongs to one event loop.
 */
public final class MatchedRequest {
  private final EpochCharges claims;
  private final Optional<CoalescibleCall> first;

  /** Of the epoch that decided last: it changes with a publish. */
  private Optional<ChargeHeaders> shown = Optional.empty();

  private List<long[]> counts = List.of();

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
      counts = List.of();
    }
    return shown;
  }

  /**
   * Where the limits of the claim that was shown last are counted, in its order.
   *
   * @param found tells it, once for each claim
   */
  public List<long[]> counts(Function<RequestCharges, List<long[]>> found) {
    if (counts.isEmpty()) {
      counts = shown.map(headers -> found.apply(headers.claim())).orElse(List.of());
    }
    return counts;
  }
}
