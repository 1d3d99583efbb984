package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.look.AnswerView;
import dev.deployclaw.container.cli.look.ScanView;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.cli.session.RequestDialogue;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.result.ExitCode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code run REQUEST}. */
@Command(
    name = "run",
    description = {
      "Carry out a request: plan, checkpoint, stage, vote, commit, publish, validate.",
      "If something is unclear, it asks on a terminal; elsewhere it exits with 3."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw run \"Orchestrate the rate limit policies of all tenants\"",
      "  deployclaw run \"set umbrella's search limit to 600 per minute, burst 90\"",
      "  deployclaw run --json \"double acme's checkout limit\" > log.json"
    })
public final class RunCommand extends AgentCommand {
  @Parameters(arity = "1..*", paramLabel = "REQUEST", description = "In plain English.")
  private List<String> words = List.of();

  public RunCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws SetupException, InterruptedException {
    var request = around.request(words);
    if (session.changeService().mayAsk(request)) {
      var answer = session.answer(request);
      if (answer.isPresent()) {
        return new AnswerView(around).show(answer.get(), shared.json());
      }
    }
    var dialogue = new RequestDialogue(around, shared.json());
    if (dialogue.asks()) {
      var understood = dialogue.complete(request, session.changeService()::plan);
      if (!dialogue.goesOn(understood, session.changeService()::plan)) {
        around.warn("nothing was changed");
        return ExitCode.ABORTED.code();
      }
      request = understood.request();
    }
    var ended = session.changeService().run(request);
    int exit = session.finish(ended);
    if (!shared.json()) {
      ended.found().ifPresent(new ScanView(around)::tell);
    }
    return exit;
  }
}
