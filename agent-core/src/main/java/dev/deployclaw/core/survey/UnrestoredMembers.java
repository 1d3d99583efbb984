package dev.deployclaw.core.survey;

import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.PolicySetReader;
import dev.deployclaw.core.ledger.PolicySetReader.Loaded;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * After a rollback to the state before the first change, nothing is managed: no policy set says
 * what a member must hold, and people may edit what is theirs. One thing can still be wrong. A
 * member that was down during the rollback, or a Redis that a failover took back, still acts on an
 * epoch of the agent. Such a member names an epoch older than the rollback's, and doesn't hold what
 * the rollback restored. Reads only.
 */
public record UnrestoredMembers(
    ChangeLedger ledger, PolicySetReader archive, ParticipantFanout participants) {
  /**
   * By what scans saw; empty while something is managed.
   *
   * @param looks outcomes by operation
   */
  public List<Discrepancy> among(
      BaseEpoch base, Map<String, CallOutcome> looks, CallContext callContext)
      throws InterruptedException {
    var seen =
        looks.entrySet().stream()
            .filter(look -> look.getKey().endsWith(".scan"))
            .flatMap(look ->
                look.getValue() instanceof CallOutcome.Done done
                    ? done.reports().stream()
                    : List.<MemberReport>of().stream())
            .toList();
    return among(base, seen, callContext);
  }

  /** By what members reported of themselves. */
  public List<Discrepancy> among(
      BaseEpoch base, Collection<MemberReport> seen, CallContext callContext)
      throws InterruptedException {
    if (base.epoch() == 0 || ChangeContent.rollbackTarget(base) > 0) {
      return List.of();
    }
    var former =
        seen.stream().filter(r -> isFormer(r, base)).map(MemberReport::member).distinct().toList();
    if (former.isEmpty()) {
      return List.of();
    }
    var unrestored = unrestored(base, callContext);
    return former.stream()
        .filter(unrestored::contains)
        .map(member ->
            new Discrepancy(
                Kind.BEHIND,
                member,
                "still enforces an epoch that was rolled back everywhere else"))
        .toList();
  }

  private static boolean isFormer(MemberReport report, BaseEpoch base) {
    return report.facts().get("epoch") instanceof Number epoch
        && epoch.longValue() > 0
        && epoch.longValue() < base.epoch();
  }

  /** Who says that it doesn't hold what was restored; nobody, where that can't be read any more. */
  private Collection<String> unrestored(BaseEpoch base, CallContext callContext)
      throws InterruptedException {
    var change = ledger.read(base.change()).map(StoredExecution::execution);
    if (change.isEmpty()
        || !(archive.load(change.get()) instanceof Loaded.Ready(ChangeContent content))) {
      return List.of();
    }
    return participants
        .converged(content.activation(change.get()), callContext)
        .with(Answer.NO)
        .stream()
        .map(MemberReport::member)
        .collect(Collectors.toSet());
  }
}
