package dev.deployclaw.lab.campaign;

import dev.deployclaw.testkit.Firewall;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What needs more than a user may. */
final class Rights {
  private Rights() {}

  /**
   * The kinds that can be tried here.
   *
   * @param left gets a line for each that is left out, with the reason
   */
  static List<Kind> possible(List<Kind> asked, Consumer<String> left) {
    return asked.stream()
        .filter(kind -> {
          var obstacle = obstacle(kind);
          obstacle.ifPresent(why -> left.accept("without " + kind.word() + ": " + why));
          return obstacle.isEmpty();
        })
        .toList();
  }

  /** Why a kind of trial can't be made here. */
  private static Optional<String> obstacle(Kind kind) {
    return switch (kind) {
      case LINK, FAILOVER -> Firewall.obstacle();
      case DISK -> StateDisk.obstacle();
      case STEP, INSTANT, TORN, ROLLOUT, MACHINE, POD, PAUSE, OUTAGE -> Optional.empty();
    };
  }
}
