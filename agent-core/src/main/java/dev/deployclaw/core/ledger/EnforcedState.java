package dev.deployclaw.core.ledger;

import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.util.Optional;

/**
 * What tenants are decided by now: all by what is committed, or a cohort by the candidate beside
 * it. Only reads.
 */
public record EnforcedState(ChangeStore store) {
  /** The policies that can't be read. */
  public record Lost(long epoch) {
    public String reason() {
      return "the policy set of epoch " + epoch + " can't be read";
    }
  }

  /** Either what is enforced, or what of it can't be read. */
  public record Now(Optional<EpochSpec> activation, Lost lost) {}

  /**
   * By one read of {@code active}.
   *
   * @param execution for names and logs
   */
  public Now now(String execution) throws InterruptedException {
    var active = store.ledger().active();
    var base = active.map(a -> BaseEpoch.of(a, 0)).orElse(BaseEpoch.NOTHING);
    var committed = store.archive().committed(base);
    if (committed.isEmpty()) {
      return new Now(Optional.empty(), new Lost(base.epoch()));
    }
    var tried = active.flatMap(CommittedEpoch::candidate);
    var beside =
        tried.isEmpty() ? Optional.<PolicySet>empty() : store.archive().stored(tried.get());
    if (tried.isPresent() && beside.isEmpty()) {
      return new Now(Optional.empty(), new Lost(tried.get().epoch()));
    }
    var whole =
        new EpochSpec(
            execution,
            base.epoch(),
            base.digest(),
            committed.get(),
            base.predecessor(),
            Optional.empty(),
            Optional.empty());
    var candidate = tried.flatMap(c -> beside.map(set -> candidate(c, set)));
    return new Now(Optional.of(whole.at(base.step(), candidate)), new Lost(base.epoch()));
  }

  /** One set of it: each tenant with the policy that it is decided by. */
  public static PolicySet set(EpochSpec activation) {
    return activation.candidate().isEmpty()
        ? activation.set()
        : activation
            .set()
            .withTenants(
                CohortSplit.of(activation).stream()
                    .flatMap(side -> side.set().tenants().values().stream())
                    .toList());
  }

  private static EpochSpec.Candidate candidate(CommittedEpoch.Candidate c, PolicySet set) {
    return new EpochSpec.Candidate(c.epoch(), c.digest(), set, new CanaryCohort(c.cohort()));
  }
}
