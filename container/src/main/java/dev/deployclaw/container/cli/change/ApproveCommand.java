package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ApprovalRefusal;
import dev.deployclaw.core.service.HeldPlan;
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
  @Parameters(paramLabel = "ID|last", description = "The execution, as `status` shows it.")
  private String id = "";

  @Option(
      names = "--plan",
      paramLabel = "HASH",
      defaultValue = "",
      description =
          "Only if this is its plan's hash, as in its log, or its beginning. Required where only a"
              + " language model understood the request: without it, the plan's changes are shown.")
  private String plan = "";

  public ApproveCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws SetupException, InterruptedException {
    String who = around.user();
    id = AgentSession.named(id, session.queries()::waiting);
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
        .ifPresent(plan -> new HeldPlanView(around).show(plan, shared.json()));
    new FailureExplanationView(around).tell(refused, Optional.empty());
    return refused.exit().code();
  }

  /** Shows what waits for an approval, and what it would change. */
  private record HeldPlanView(CommandEnvironment around) {
    private static final int MOST_LINES = 200;

    void show(HeldPlan held, boolean json) {
      if (json) {
        around.json(OutcomeDocuments.document(held));
      } else {
        print(held);
      }
    }

    private void print(HeldPlan held) {
      var waiting = held.waiting();
      around.say(waiting.id() + " is held: " + waiting.why());
      around.say("asked by " + waiting.requester());
      around.say(held.changes().isEmpty() ? "what it would change can't be read" : "would change:");
      held.changes().stream().limit(MOST_LINES).forEach(line -> around.say("  " + line));
      int more = held.changes().size() - MOST_LINES;
      if (more > 0) {
        around.say("  and " + more + " more");
      }
      around.say("plan " + waiting.planHash());
    }
  }
}
