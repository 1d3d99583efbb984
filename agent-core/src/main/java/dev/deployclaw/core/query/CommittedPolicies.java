package dev.deployclaw.core.query;

import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.PolicySetReader;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.PolicySet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The policies that are committed.
 *
 * @param reason why they can't be told; empty where they can
 * @param epoch the committed one; 0 before the first change
 */
public record CommittedPolicies(ExitCode exit, String reason, long epoch, PolicySet set) {

  public static CommittedPolicies committed(ChangeStore store) throws InterruptedException {
    try {
      var base = store.ledger().base();
      return of(
          base.epoch(),
          store.archive().committed(base),
          "the policy set of epoch " + base.epoch() + " can't be read");
    } catch (Unreachable e) {
      return unreachable(StoreQuestion.reason(e));
    }
  }

  public static CommittedPolicies of(long epoch, PolicySetReader archive)
      throws InterruptedException {
    return StoreQuestion.answer(
        () -> {
          var set = archive.stored(epoch);
          return set.isPresent()
              ? of(epoch, set, "")
              : absent(epoch, archive.state().list(StoreKeys.POLICIES));
        },
        CommittedPolicies::unreachable);
  }

  private static CommittedPolicies absent(long epoch, List<Entry> stored) {
    var others =
        stored.stream()
            .map(e -> Long.valueOf(e.key().split("/", -1)[1]))
            .collect(Collectors.toCollection(TreeSet::new));
    String why = "no policies of epoch %d are kept; those of others: %s".formatted(epoch, others);
    return new CommittedPolicies(ExitCode.WRONG_USAGE, why, 0, PolicySet.EMPTY);
  }

  private static CommittedPolicies of(long epoch, Optional<PolicySet> set, String otherwise) {
    return set.map(s -> new CommittedPolicies(ExitCode.OK, "", epoch, s))
        .orElseGet(() -> unreachable(otherwise));
  }

  private static CommittedPolicies unreachable(String reason) {
    return new CommittedPolicies(ExitCode.UNREACHABLE, reason, 0, PolicySet.EMPTY);
  }
}
