package dev.deployclaw.container.approval;

import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.core.service.ApprovalRefusal;

/** What is said to a person's decision, before it is carried out. */
public sealed interface DecisionRuling {
  /** It waits for the agent, or finds no place to. */
  record Queued(SubmissionResult place) implements DecisionRuling {}

  record Refused(ApprovalRefusal refusal) implements DecisionRuling {}

  /** An approval has to quote the plan that was read. */
  record Unquoted() implements DecisionRuling {}

  /** What was shown isn't what is held. */
  record Stale() implements DecisionRuling {}

  /** The time to decide is over. */
  record Expired() implements DecisionRuling {}
}
