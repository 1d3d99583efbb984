package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.ApprovalDemand;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.plan.Plan;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.plan.Provenance;
import dev.deployclaw.core.task.Intent;
import java.util.List;

/** What became of a request before anything is done. */
sealed interface Draft {
  /**
   * It can be carried out.
   *
   * @param procedure the skill that the plan was made of
   * @param writesBack whether a source that it lies over is to be written back to
   */
  record Ready(
      Plan plan,
      Procedure procedure,
      Content content,
      Provenance provenance,
      boolean writesBack,
      Risks risks,
      List<Discrepancy> drift)
      implements Draft {
    /** The same, with what also asks for an approval. */
    Ready waitingFor(List<ApprovalDemand> more) {
      return new Ready(plan, procedure, content, provenance, writesBack, risks.and(more), drift);
    }
  }

  /**
   * It asks for something other than new policies.
   *
   * @param demands why it waits for an approval
   */
  record Other(Intent intent, List<ApprovalDemand> demands) implements Draft {}

  /** It ends here. */
  record Over(Ending ending, List<String> questions) implements Draft {
    Over(Ending ending) {
      this(ending, List.of());
    }
  }
}
