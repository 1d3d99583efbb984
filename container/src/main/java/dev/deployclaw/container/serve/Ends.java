package dev.deployclaw.container.serve;

import dev.deployclaw.core.plan.Overlay;
import java.util.Optional;

/** What is asked for when an overlay's time is over. */
final class Ends {
  /** Stands as the requester in the log. */
  private static final String WHO = "deployclaw";

  private Ends() {}

  /** The same for every agent and at every look, so that it is asked for once. */
  static Asked of(Overlay overlay) {
    String key =
        "end of %s at %d: %s"
            .formatted(
                overlay.by().execution(), overlay.by().untilMillis().orElse(0L), overlay.remedy());
    return Asked.task(overlay.remedy(), WHO, false, Optional.of(key));
  }
}
