package dev.deployclaw.container.serve;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the process does in the background. <b>This is the one place where such a duty is
 * started</b>: add a {@link Round} to the list. A round may block, is interrupted at the end, and
 * is walked again after it failed. What writes to the estate takes the lead for it, as the worker
 * does: hand it to the {@link Desk}, or use an architect of its own.
 */
final class Duties {
  private static final Duration EVERY_MINUTE = Duration.ofMinutes(1);
  private static final Duration HOURLY = Duration.ofHours(1);

  /** A caller may repeat a call with its idempotency key for so long. */
  private static final Duration KEYS_HOLD = Duration.ofHours(24);

  private Duties() {}

  static List<Round> of(Sidecar sidecar) {
    var own =
        List.of(
            new Round("look", sidecar.bounds().look(), sidecar::look),
            new Round("recover", sidecar.settings().bounds().lease(), sidecar::recoverIfAbandoned),
            new Round("end", EVERY_MINUTE, sidecar::endOverlays),
            new Round("schedule", sidecar.settings().bounds().lease(), sidecar::keepTime),
            new Round("settle", EVERY_MINUTE, sidecar::settleObjects),
            new Round("forget", HOURLY, () -> sidecar.forgetReservations(KEYS_HOLD)));
    return Stream.concat(own.stream(), sidecar.watching().stream()).toList();
  }
}
