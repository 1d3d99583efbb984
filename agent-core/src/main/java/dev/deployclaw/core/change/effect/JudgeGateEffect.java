package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.gate.GatePolicy.Verdict;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;

/** Asks the approval policy whether the prepared change goes on by itself. */
record JudgeGateEffect(EffectDependencies dependencies) implements EffectHandler.WithoutContent {
  @Override
  public EffectResult perform(ChangeExecution x, OrchestrationContext context) {
    var gate = dependencies.settings().gate();
    var recorder = context.recorder();
    return switch (gate.judge(x, context.risks())) {
      case Verdict.Pass(String rule) -> {
        recorder.summarise("the gate passed it by rule " + rule, Status.OK);
        yield new EffectResult.NextEvent(new ChangeEvent.GateOpened(rule));
      }
      case Verdict.Hold(String rule, String why, var approval) -> {
        recorder.summarise("held at the gate by rule " + rule + ": " + why, Status.WARNING);
        var until = dependencies.time().instant().plus(gate.holdFor());
        yield new EffectResult.NextEvent(
            new ChangeEvent.GateHeld(rule, why, until.toEpochMilli(), approval));
      }
    };
  }
}
