package dev.deployclaw.core.machine;

import dev.deployclaw.core.machine.ChangeState.Opened;
import dev.deployclaw.core.spi.StateStore.Write;
import java.util.List;
import java.util.Optional;

/**
 * A change that is about to open.
 *
 * @param content the epoch whose content a rollback carries; empty for a forward change
 * @param rollout how it reaches all tenants
 * @param followed the skill that its plan was made of
 * @param lastEpoch the last epoch that was given out, 0 for none
 * @param epochRevision of the key that says so; 0 where there is none
 * @param beside what else is written in the transaction that opens it, for others to read
 */
public record NewChange(
    String id,
    String log,
    ChangeKind kind,
    Optional<Long> content,
    BaseEpoch base,
    String digest,
    String planHash,
    String requester,
    Optional<String> undoes,
    RolloutPlan rollout,
    Optional<FollowedSkill> followed,
    long lastEpoch,
    long epochRevision,
    List<Write> beside) {

  public NewChange {
    beside = List.copyOf(beside);
  }

  /** The epoch that it gets. */
  public long epoch() {
    return lastEpoch + 1;
  }

  /** The execution as it will be stored. */
  public ChangeExecution execution() {
    return new ChangeExecution(
        id,
        log,
        kind,
        epoch(),
        content.orElse(epoch()),
        base,
        digest,
        planHash,
        requester,
        undoes,
        rollout,
        followed,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        1,
        new Opened());
  }
}
