package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a question comes to, and what follows from that alone, worked out when it is first needed.
 * Belongs to one event loop.
 */
final class Matched {
  private final Claims claims;
  private final Optional<Joinable> first;
  private final Map<Long, Shown> shown = new HashMap<>();

  Matched(Claims claims, Optional<Constants> active) {
    var leading = claims.first();
    this.claims = claims;
    this.first = leading.isEmpty() ? Optional.empty() : Optional.of(Joinable.of(leading, active));
  }

  Claims claims() {
    return claims;
  }

  /** What Redis is asked first; empty where no set knows who asks. */
  Optional<Joinable> first() {
    return first;
  }

  /** Of the claim under an epoch; empty where there is none. */
  Optional<Shown> shown(long epoch) {
    var known = shown.get(epoch);
    if (known != null) {
      return Optional.of(known);
    }
    var made = claims.claim(epoch).map(Shown::of);
    made.ifPresent(s -> shown.put(epoch, s));
    return made;
  }
}
