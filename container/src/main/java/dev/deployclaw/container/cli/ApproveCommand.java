package dev.deployclaw.container.cli;

import dev.deployclaw.core.runtime.Ended;
import dev.deployclaw.core.runtime.Objection;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code approve ID}. */
@Command(
    name = "approve",
    description = "Let a held change go on, and carry it out.",
    footer = {
      "",
      "Examples:  deployclaw approve arch-2026-11-24-rate-limit-003",
      "           deployclaw approve arch-2026-11-24-rate-limit-003 --plan 1a2b3c4d5e6f"
    })
final class ApproveCommand extends AgentCommand {
  @Parameters(paramLabel = "ID", description = "The execution, as `status` shows it.")
  private String id = "";

  @Option(
      names = "--plan",
      paramLabel = "HASH",
      defaultValue = "",
      description = {
        "Only if this is its plan's hash, as its log says, or how that begins. Needed where only",
        "a language model understood the request: without it, what the plan changes is shown."
      })
  private String plan = "";

  ApproveCommand(Surroundings around) {
    super(around);
  }

  @Override
  int use(Session session) throws InterruptedException {
    String who = around().user();
    var objection = session.architect().objection(id, who, true, plan);
    return objection.filter(o -> o.kind() == Objection.Kind.UNQUOTED).isPresent()
        ? shown(session, Ended.refused(id, objection.get().reason()))
        : session.answer(session.architect().approve(id, who, plan));
  }

  /** Who approves it then has read it. */
  private int shown(Session session, Ended refused) throws InterruptedException {
    session
        .architect()
        .heldPlan(id)
        .ifPresent(plan -> new HeldPlanView(around()).show(plan, json()));
    new EndingView(around()).tell(refused, Optional.empty());
    return refused.exit().code();
  }
}
