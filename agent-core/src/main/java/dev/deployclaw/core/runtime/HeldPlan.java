package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.GatePolicy.Waiting;
import java.util.List;

/**
 * What an approver reads: what waits, and what it would change. From the state store, so any
 * machine can show it.
 *
 * @param changes a line each; empty where a policy set can't be read
 */
public record HeldPlan(Waiting waiting, List<String> changes) {
  public HeldPlan {
    changes = List.copyOf(changes);
  }
}
