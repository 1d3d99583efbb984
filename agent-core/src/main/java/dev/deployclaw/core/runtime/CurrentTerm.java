package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;

/** What those compare who write without leadership. */
final class CurrentTerm {
  private CurrentTerm() {}

  /** That the term is the one read now: whoever was paused past an election writes nothing. */
  static Condition of(StateStore state) throws InterruptedException {
    return state
        .get(Keys.TERM)
        .<Condition>map(t -> new Condition.Holds(Keys.TERM, t.value()))
        .orElse(new Condition.Absent(Keys.TERM));
  }
}
