package dev.deployclaw.core.planning;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.overlay.PolicyProvenance;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.task.Intent;
import java.util.List;

/** What became of a request before anything is done. */
public sealed interface PlanningResult {
  /**
   * It can be carried out.
   *
   * @param procedure the skill that the plan was made of
   * @param writesBack whether a source that it lies over is to be written back to
   */
  record Ready(
      ChangePlan plan,
      Procedure procedure,
      ChangeContent content,
      PolicyProvenance provenance,
      boolean writesBack,
      Risks risks,
      List<Discrepancy> drift)
      implements PlanningResult {
    /** The same, with what also asks for an approval. */
    public Ready waitingFor(List<ApprovalTrigger> more) {
      return new Ready(plan, procedure, content, provenance, writesBack, risks.and(more), drift);
    }
  }

  /**
   * It asks for something other than new policies.
   *
   * @param demands why it waits for an approval
   */
  record Other(Intent intent, List<ApprovalTrigger> demands) implements PlanningResult {}

  /** It asks about the estate: it is answered by reading. */
  record Inquiry(EstateQuestion question) implements PlanningResult {}

  record Over(ExecutionOutcome ending, List<ClarificationQuestion> questions)
      implements PlanningResult {}
}
