package dev.deployclaw.core.election;

import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.store.StoreKeys;

/** What those compare who write without leadership. */
public final class CurrentTermCondition {
  private CurrentTermCondition() {}

  /**
   * That the term is the one read now: an agent that was paused past an election writes nothing.
   */
  public static Condition of(StateStore state) throws InterruptedException {
    return state
        .get(StoreKeys.TERM)
        .<Condition>map(t -> new Condition.Holds(StoreKeys.TERM, t.value()))
        .orElse(new Condition.Absent(StoreKeys.TERM));
  }
}
