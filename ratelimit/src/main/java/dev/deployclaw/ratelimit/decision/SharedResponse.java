package dev.deployclaw.ratelimit.decision;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The answers that one call to Redis came to: all who joined it hear the same, but for what each
 * holds by itself. Belongs to one event loop.
 */
final class SharedResponse {
  private @Nullable DecisionResponse admitted;
  private @Nullable DecisionResponse refused;

  /** The answer, made by the first who asks. */
  DecisionResponse once(boolean passes, Supplier<DecisionResponse> made) {
    var known = passes ? admitted : refused;
    if (known != null) {
      return known;
    }
    var answer = made.get();
    if (passes) {
      admitted = answer;
    } else {
      refused = answer;
    }
    return answer;
  }
}
