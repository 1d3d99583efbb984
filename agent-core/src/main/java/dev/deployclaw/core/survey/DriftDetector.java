package dev.deployclaw.core.survey;

import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.drift.DriftComparison;
import dev.deployclaw.core.drift.DriftReport;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.PolicySet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds out who doesn't stand where the committed epoch wants them, by three readings that don't
 * know of each other: the looks of a scan, what each member acts on, and what it holds of the
 * epoch. Writes nothing.
 *
 * @param base what is committed
 * @param committed its policies
 */
public record DriftDetector(Readings readings, BaseEpoch base, PolicySet committed) {
  /** By what it is read. */
  public record Readings(
      ParticipantFanout participants, EstateSurvey survey, UnrestoredMembers unrestored) {}

  /** Looks as the procedure says, and tells what was found. */
  public DriftReport look(Procedure procedure, EpochSpec activation, OrchestrationContext context)
      throws InterruptedException {
    var found = DriftReport.WELL;
    for (int i = 0; i < procedure.steps().size(); i++) {
      for (String operation : procedure.steps().get(i).operations()) {
        if (KernelPhaseOrder.activates(operation)) {
          continue;
        }
        context.recorder().enter(i + 1);
        if (operation.equals("policies.compare")) {
          found = compare(activation, context);
        } else if (!operation.startsWith("policies.")) {
          readings.survey().look(operation, OnFailure.WARN, context.recorder());
        }
      }
    }
    return found;
  }

  /** The same readings once more, quietly. */
  public DriftReport again(EpochSpec activation, OrchestrationContext context)
      throws InterruptedException {
    for (String operation : List.copyOf(readings.survey().looks().keySet())) {
      if (operation.endsWith(".scan") || operation.startsWith("ratelimit.")) {
        readings.survey().quietly(operation);
      }
    }
    return read(activation, context);
  }

  private DriftReport compare(EpochSpec activation, OrchestrationContext context)
      throws InterruptedException {
    var found = read(activation, context);
    String detail =
        found.well()
            ? "no drift"
            : found.differing().size() + " members differ: " + found.sentence();
    Status status = found.well() ? Status.OK : Status.WARNING;
    var facts = Map.<String, Object>of("found", found.listed());
    context
        .recorder()
        .tell(Phase.PLAN, "policies.compare", new LogEntryContent(detail, status, facts));
    context.recorder().summarise(detail, status);
    return found;
  }

  /**
   * Services that act on something else aren't asked what they hold: they would wait for what
   * doesn't come, since nothing is staged here. All others are: the log says what was found.
   */
  private DriftReport read(EpochSpec activation, OrchestrationContext context)
      throws InterruptedException {
    if (ChangeContent.rollbackTarget(base) == 0) {
      return DriftReport.of(
          readings.unrestored().among(base, readings.survey().looks(), context.callContext()));
    }
    var drift =
        DriftComparison.of(
            new ChangePlan.Ground(base.epoch(), base.digest(), base.revision()),
            committed,
            readings.survey().looks(),
            new TreeMap<>());
    var acting = readings.participants().converged(activation, context.callContext());
    var asked = new ArrayList<>(readings.participants().names());
    if (acting.answering(Answer.NO).contains(ExecutorRegistry.SERVICES)) {
      asked.remove(ExecutorRegistry.SERVICES);
    }
    return DriftReport.of(
        drift, readings.participants().prepare(asked, activation, context.callContext()), acting);
  }
}
