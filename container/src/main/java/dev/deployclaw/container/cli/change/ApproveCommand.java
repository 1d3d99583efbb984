package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ApprovalRefusal;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code approve ID}. */
@Command(
    name = "approve",
    description = "Approve a held change, and carry it out.",
    footer = {
      "",
      "Examples:  deployclaw approve arch-2026-11-24-rate-limit-003",
      "           deployclaw approve arch-2026-11-24-rate-limit-003 --plan 1a2b3c4d5e6f"
    })
public final class ApproveCommand extends AgentCommand {
  @Parameters(paramLabel = "ID", description = "The execution, as `status` shows it.")
  private String id = "";

  @Option(
      names = "--plan",
      paramLabel = "HASH",
      defaultValue = "",
      description = {
        "Only if this is its plan's hash, as in its log, or its beginning. Required where only",
        "a language model understood the request: without it, the plan's changes are shown."
      })
  private String plan = "";

  public ApproveCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    String who = around().user();
    var objection = session.queries().objection(id, who, true, plan);
    return objection.filter(o -> o.kind() == ApprovalRefusal.Kind.UNQUOTED).isPresent()
        ? shown(session, RequestOutcome.refused(id, objection.get().reason()))
        : session.answer(session.changeService().approve(id, who, plan));
  }

  /** Who approves it then has read it. */
  private int shown(AgentSession session, RequestOutcome refused) throws InterruptedException {
    session
        .changeService()
        .queries()
        .heldPlan(id)
        .ifPresent(plan -> new HeldPlanView(around()).show(plan, json()));
    new FailureExplanationView(around()).tell(refused, Optional.empty());
    return refused.exit().code();
  }
}
