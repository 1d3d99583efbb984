package dev.deployclaw.ratelimit.decide;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The answers that one call to Redis came to: all who joined it hear the same, but for what each
 * holds by itself. Belongs to one event loop.
 */
final class Told {
  private @Nullable Answer admitted;
  private @Nullable Answer refused;

  /** The answer, made by the first who asks. */
  Answer once(boolean passes, Supplier<Answer> made) {
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
