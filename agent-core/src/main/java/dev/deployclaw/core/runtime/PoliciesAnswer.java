package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.policy.PolicySet;
import java.util.Optional;

/**
 * The policies that are committed.
 *
 * @param reason why they can't be told; empty where they can
 * @param epoch the committed one; 0 before the first change
 */
public record PoliciesAnswer(ExitCode exit, String reason, long epoch, PolicySet set) {

  static PoliciesAnswer committed(Orchestrator orchestrator) throws InterruptedException {
    try {
      var base = orchestrator.ledger().base();
      return of(
          base.epoch(),
          orchestrator.archive().committed(base),
          "the policy set of epoch " + base.epoch() + " can't be read");
    } catch (Unreachable e) {
      return unreachable(Leading.reason(e));
    }
  }

  static PoliciesAnswer of(long epoch, Archive archive) throws InterruptedException {
    try {
      return of(
          epoch,
          archive.stored(epoch),
          "the state store has no policies of epoch "
              + epoch
              + ": it keeps the active one, its predecessor and the last proven one");
    } catch (Unreachable e) {
      return unreachable(Leading.reason(e));
    }
  }

  private static PoliciesAnswer of(long epoch, Optional<PolicySet> set, String otherwise) {
    return set.map(s -> new PoliciesAnswer(ExitCode.OK, "", epoch, s))
        .orElseGet(() -> unreachable(otherwise));
  }

  private static PoliciesAnswer unreachable(String reason) {
    return new PoliciesAnswer(ExitCode.UNREACHABLE, reason, 0, PolicySet.EMPTY);
  }
}
