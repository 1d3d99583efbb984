package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.plan.Discrepancy.Kind;
import dev.deployclaw.core.runtime.Archive.Loaded;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
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
final class UnrestoredMembers {
  private final Ledger ledger;
  private final Archive archive;
  private final Crew crew;

  UnrestoredMembers(Ledger ledger, Archive archive, Crew crew) {
    this.ledger = ledger;
    this.archive = archive;
    this.crew = crew;
  }

  /**
   * By what scans saw; empty while something is managed.
   *
   * @param looks outcomes by operation
   */
  List<Discrepancy> among(Base base, Map<String, Outcome> looks, Mandate mandate)
      throws InterruptedException {
    var seen =
        looks.entrySet().stream()
            .filter(look -> look.getKey().endsWith(".scan"))
            .flatMap(look ->
                look.getValue() instanceof Outcome.Done done
                    ? done.reports().stream()
                    : List.<Report>of().stream())
            .toList();
    return among(base, seen, mandate);
  }

  /** By what members reported of themselves. */
  List<Discrepancy> among(Base base, Collection<Report> seen, Mandate mandate)
      throws InterruptedException {
    if (base.epoch() == 0 || Content.wayBackTo(base) > 0) {
      return List.of();
    }
    var former =
        seen.stream().filter(r -> isFormer(r, base)).map(Report::member).distinct().toList();
    if (former.isEmpty()) {
      return List.of();
    }
    var unrestored = unrestored(base, mandate);
    return former.stream()
        .filter(unrestored::contains)
        .map(member ->
            new Discrepancy(
                Kind.BEHIND, member, "still acts on an epoch that was rolled back with all others"))
        .toList();
  }

  private static boolean isFormer(Report report, Base base) {
    return report.facts().get("epoch") instanceof Number epoch
        && epoch.longValue() > 0
        && epoch.longValue() < base.epoch();
  }

  /** Who says that it doesn't hold what was restored; nobody, where that can't be read any more. */
  private Collection<String> unrestored(Base base, Mandate mandate) throws InterruptedException {
    var change = ledger.read(base.change()).map(Stored::execution);
    if (change.isEmpty()
        || !(archive.load(change.get()) instanceof Loaded.Ready(Content content))) {
      return List.of();
    }
    return crew.converged(content.activation(change.get()), mandate).with(Answer.NO).stream()
        .map(Report::member)
        .collect(Collectors.toSet());
  }
}
