package dev.deployclaw.core.planning;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.Intent;
import java.util.List;

/** What a request would do. */
public sealed interface PlanPreviewReport {
  ExitCode exit();

  /**
   * @param risks why the gate would hold it; empty when it would go on
   * @param procedure the skill that it follows, and what that may use
   */
  record Planned(ChangePlan plan, List<Discrepancy> drift, List<String> risks, Procedure procedure)
      implements PlanPreviewReport {
    public Planned {
      drift = List.copyOf(drift);
      risks = List.copyOf(risks);
    }

    @Override
    public ExitCode exit() {
      return ExitCode.OK;
    }
  }

  /**
   * It is understood, and needs no plan: a look, or what puts back.
   *
   * @param risks why the gate would hold it; empty when it would go on
   */
  record Understood(Intent intent, List<String> risks) implements PlanPreviewReport {
    public Understood {
      risks = List.copyOf(risks);
    }

    @Override
    public ExitCode exit() {
      return ExitCode.OK;
    }
  }

  /** Of what is understood without a back end: why it waits as far as the request itself says. */
  static PlanPreviewReport understood(Intent intent, List<ApprovalTrigger> demands) {
    return HoldableOperationCheck.cannotWait(intent.operation(), demands)
        .<PlanPreviewReport>map(reason -> new Refused(ExitCode.REFUSED, reason))
        .orElseGet(
            () -> new Understood(intent, demands.stream().map(ApprovalTrigger::why).toList()));
  }

  /** It asks about the estate: reading answers it, not a plan. */
  record Inquiry(EstateQuestion question) implements PlanPreviewReport {
    @Override
    public ExitCode exit() {
      return ExitCode.OK;
    }
  }

  /**
   * @param next what an answer goes on with
   */
  record NeedsClarification(List<ClarificationQuestion> questions, Conversation next)
      implements PlanPreviewReport {
    public NeedsClarification {
      questions = List.copyOf(questions);
    }

    /** One of bare texts. */
    public static NeedsClarification of(List<String> texts) {
      return new NeedsClarification(
          texts.stream().map(ClarificationQuestion::plain).toList(), Conversation.NONE);
    }

    public List<String> texts() {
      return questions.stream().map(ClarificationQuestion::text).toList();
    }

    @Override
    public ExitCode exit() {
      return ExitCode.NEEDS_CLARIFICATION;
    }
  }

  /**
   * @param exit {@code REFUSED}, {@code INVALID} or {@code UNREACHABLE}
   */
  record Refused(ExitCode exit, String reason) implements PlanPreviewReport {}
}
