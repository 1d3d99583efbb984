package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Leadership;
import java.util.Optional;

/** Stands for election until it leads or the wait is over: a dead leader's lease has to run out. */
final class Lead {
  private Lead() {}

  static Optional<Leadership> take(StateStore state, Settings settings, Time time)
      throws InterruptedException {
    var bounds = settings.bounds();
    long until = time.micros() + bounds.leaderWait().toNanos() / 1000;
    while (true) {
      var leadership = state.stand(settings.agent(), bounds.lease());
      if (leadership.isPresent() || time.micros() >= until) {
        return leadership;
      }
      time.pause(bounds.poll());
    }
  }
}
