package dev.deployclaw.container.intake;

import dev.deployclaw.core.overlay.Overlay;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is asked for when an overlay's time is over. */
public final class OverlayExpiryTask {
  /** Stands as the requester in the log. */
  private static final String WHO = "deployclaw";

  /** When it is asked for a second time; each time after that, twice as late. */
  private static final Duration AGAIN = Duration.ofMinutes(5);

  /** The last of them is due when the key of the first is forgotten. */
  private static final int MOST_TRIES = 10;

  private OverlayExpiryTask() {}

  /** Whether it may be asked for once more, where it was asked for so often and still stands. */
  public static boolean isDue(Overlay overlay, int tries, Instant now) {
    if (tries == 0) {
      return true;
    }
    var from = until(overlay).plus(AGAIN.multipliedBy(1L << (tries - 1)));
    return tries < MOST_TRIES && !now.isBefore(from);
  }

  /** The same for every agent and at every look, so that each try is asked for once. */
  public static TaskSubmission of(Overlay overlay, int tries) {
    String key =
        "end of %s at %d, after %d tries: %s"
            .formatted(
                overlay.by().execution(), until(overlay).toEpochMilli(), tries, overlay.remedy());
    return TaskSubmission.task(overlay.remedy(), WHO, false, Optional.of(key));
  }

  private static Instant until(Overlay overlay) {
    return overlay.by().until().orElse(Instant.EPOCH);
  }
}
