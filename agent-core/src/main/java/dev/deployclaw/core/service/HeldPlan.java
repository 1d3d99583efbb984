package dev.deployclaw.core.service;

import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import java.util.List;

/**
 * What an approver reads: what waits, and what it would change. From the state store, so any
 * machine can show it.
 *
 * @param changes a line each; empty where a policy set can't be read
 * @param terms on what an approval rests
 */
public record HeldPlan(PendingApproval waiting, List<String> changes, HoldTerms terms) {
  public HeldPlan {
    changes = List.copyOf(changes);
  }
}
