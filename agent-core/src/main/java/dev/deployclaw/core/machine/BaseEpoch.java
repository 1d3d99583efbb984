package dev.deployclaw.core.machine;

import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.store.StoreKeys;

/**
 * What a change stands on: what was committed when it was planned.
 *
 * @param epoch 0 before the first change
 * @param digest empty at epoch 0
 * @param change the execution that committed it; empty at epoch 0
 * @param revision of {@code active}; 0 where there is none
 * @param predecessor what was committed before it
 * @param step how often a cohort beside it was moved already
 */
public record BaseEpoch(
    long epoch, String digest, String change, long revision, long predecessor, long step) {
  public static final BaseEpoch NOTHING = new BaseEpoch(0, "", "", 0, 0, 0);

  public static BaseEpoch of(CommittedEpoch active, long revision) {
    return new BaseEpoch(
        active.epoch(),
        active.digest(),
        active.change(),
        revision,
        active.predecessor(),
        active.step());
  }

  /** That nobody committed since. */
  public Condition unmoved() {
    return revision == 0
        ? new Condition.Absent(StoreKeys.ACTIVE)
        : new Condition.Unmoved(StoreKeys.ACTIVE, revision);
  }
}
