package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.Cohort;
import java.util.Optional;

/**
 * What tenants are decided by now: all by what is committed, or a cohort by the candidate beside
 * it. Only reads.
 */
final class Enforced {
  private final Ledger ledger;
  private final Archive archive;

  Enforced(Ledger ledger, Archive archive) {
    this.ledger = ledger;
    this.archive = archive;
  }

  /** The policies that can't be read. */
  record Lost(long epoch) {
    String reason() {
      return "the policy set of epoch " + epoch + " can't be read";
    }
  }

  /** Either what is enforced, or what of it can't be read. */
  record Now(Optional<Activation> activation, Lost lost) {}

  /**
   * By one read of {@code active}.
   *
   * @param execution for names and logs
   */
  Now now(String execution) throws InterruptedException {
    var active = ledger.active();
    var base = active.map(a -> Base.of(a, 0)).orElse(Base.NOTHING);
    var committed = archive.committed(base);
    if (committed.isEmpty()) {
      return new Now(Optional.empty(), new Lost(base.epoch()));
    }
    var tried = active.flatMap(Active::candidate);
    var beside = tried.isEmpty() ? Optional.<PolicySet>empty() : archive.stored(tried.get());
    if (tried.isPresent() && beside.isEmpty()) {
      return new Now(Optional.empty(), new Lost(tried.get().epoch()));
    }
    var whole =
        new Activation(
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
  static PolicySet set(Activation activation) {
    return activation.candidate().isEmpty()
        ? activation.set()
        : activation
            .set()
            .withTenants(
                Sides.of(activation).stream()
                    .flatMap(side -> side.set().tenants().values().stream())
                    .toList());
  }

  private static Activation.Candidate candidate(Active.Candidate c, PolicySet set) {
    return new Activation.Candidate(c.epoch(), c.digest(), set, new Cohort(c.cohort()));
  }
}
