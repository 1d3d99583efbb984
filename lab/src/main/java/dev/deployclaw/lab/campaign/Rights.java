package dev.deployclaw.lab.campaign;

import dev.deployclaw.testkit.Firewall;
import java.util.Optional;

/** What needs more than a user may. */
final class Rights {
  private Rights() {}

  /** Why a kind of trial can't be made here. */
  static Optional<String> obstacle(Kind kind, Site site) {
    return switch (kind) {
      case LINK, FAILOVER -> Firewall.obstacle();
      case DISK -> site.disk().obstacle();
      case STEP, INSTANT, TORN, ROLLOUT, MACHINE, PAUSE, OUTAGE -> Optional.empty();
    };
  }
}
