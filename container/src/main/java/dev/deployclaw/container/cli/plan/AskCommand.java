package dev.deployclaw.container.cli.plan;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.look.AnswerView;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExitCode;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ask QUESTION}: no effect. */
@Command(
    name = "ask",
    description =
        "Answer a question about the estate by reading. Changes nothing, whatever it says.",
    footer = {
      "",
      "Examples:",
      "  deployclaw ask \"how close is stark to its limit?\"",
      "  deployclaw ask \"who changed umbrella's limit last?\"",
      "  deployclaw ask --json \"what would happen if I halved wonka's search limit?\""
    })
public final class AskCommand extends AgentCommand {
  private static final Set<String> NAMES = Set.of("word-unknown", "name-ambiguous");
  private static final ClarificationQuestion TOPICS =
      ClarificationQuestion.of(
          "question-unclear",
          "words",
          "What do you want to know: limits, usage, whether a call would pass, who changed what,"
              + " why a call was refused, what runs or waits, drift, or what a change would do?");

  @Parameters(arity = "1..*", paramLabel = "QUESTION", description = "In plain English.")
  private List<String> words = List.of();

  public AskCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws SetupException, InterruptedException {
    var request = around.request(words);
    var answer = session.answer(request);
    if (answer.isPresent()) {
      return new AnswerView(around).show(answer.get(), shared.json());
    }
    return switch (session.changeService().plan(request)) {
      case PlanPreviewReport.NeedsClarification unclear ->
          new PlanView(around).show(aboutQuestion(unclear), shared.json());
      case PlanPreviewReport.Refused refused -> new PlanView(around).show(refused, shared.json());
      case PlanPreviewReport.Planned _,
          PlanPreviewReport.Understood _,
          PlanPreviewReport.Inquiry _ ->
          new CommandFailure(
                  ExitCode.WRONG_USAGE,
                  "that asks for a change, not about the estate: preview it with deployclaw plan")
              .report(around, shared.json());
    };
  }

  /** What is asked back of a change is of no use here, but for names that aren't known. */
  private static PlanPreviewReport aboutQuestion(PlanPreviewReport.NeedsClarification unclear) {
    var names = unclear.questions().stream().filter(q -> NAMES.contains(q.id()));
    var all = Stream.concat(names, Stream.of(TOPICS)).toList();
    return new PlanPreviewReport.NeedsClarification(all, unclear.next());
  }
}
