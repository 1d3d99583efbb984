package dev.deployclaw.container.serve;

import dev.deployclaw.core.overlay.Overlay;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is asked for when an overlay's time is over. */
final class Ends {
  /** Stands as the requester in the log. */
  private static final String WHO = "deployclaw";

  /** When it is asked for a second time; each time after that, twice as late. */
  private static final Duration AGAIN = Duration.ofMinutes(5);

  /** The last of them is due when the key of the first is forgotten. */
  private static final int MOST_TRIES = 10;

  private Ends() {}

  /** Whether it may be asked for once more, where it was asked for so often and still stands. */
  static boolean due(Overlay overlay, int tries, Instant now) {
    if (tries == 0) {
      return true;
    }
    var from = until(overlay).plus(AGAIN.multipliedBy(1L << (tries - 1)));
    return tries < MOST_TRIES && !now.isBefore(from);
  }

  /** The same for every agent and at every look, so that each try is asked for once. */
  static Asked of(Overlay overlay, int tries) {
    String key =
        "end of %s at %d, after %d tries: %s"
            .formatted(
                overlay.by().execution(), until(overlay).toEpochMilli(), tries, overlay.remedy());
    return Asked.task(overlay.remedy(), WHO, false, Optional.of(key));
  }

  private static Instant until(Overlay overlay) {
    return overlay.by().until().orElse(Instant.EPOCH);
  }
}
