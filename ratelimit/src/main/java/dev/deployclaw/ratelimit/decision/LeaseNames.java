package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.RequestCharges;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Names for what the requests of a call hold: nobody else can know one, and none comes twice. */
final class LeaseNames {
  private static final int BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private LeaseNames() {}

  /** The call with a name of its own, where one of its limits is one of concurrency. */
  static DecideCall named(DecideCall call) {
    boolean holds =
        call.claims().stream()
            .flatMap(c -> c.items().stream())
            .anyMatch(RequestCharges.Item::holds);
    return holds ? new DecideCall(call.claims(), call.requests(), call.at(), fresh()) : call;
  }

  private static String fresh() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
