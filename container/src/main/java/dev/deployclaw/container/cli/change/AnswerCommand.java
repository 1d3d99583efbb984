package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.cli.session.RequestDialogue;
import dev.deployclaw.container.cli.session.RequestDialogue.PreparedRequest;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.Conversation;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code answer ID ANSWER}. */
@Command(
    name = "answer",
    description = {
      "Answer the question of an execution, and carry out its request in a new one.",
      "Only the requester may answer, once, within an hour. A terminal asks further questions."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw answer arch-2026-11-24-rate-limit-003 \"per minute\"",
      "  deployclaw answer arch-2026-11-24-rate-limit-003 yes"
    })
public final class AnswerCommand extends AgentCommand {
  @Parameters(index = "0", paramLabel = "ID|last", description = "The execution that asked.")
  private String id = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "ANSWER",
      description = "A value, the number of a choice, yes to the suggestion, or no to end it.")
  private List<String> words = List.of();

  public AnswerCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws SetupException, InterruptedException {
    var dialogue = new RequestDialogue(around, shared.json());
    String asked =
        around.masked(AgentSession.named(id, () -> session.queries().asking(around.user())));
    String text = String.join(" ", words);
    for (int turn = 1; ; turn++) {
      var answer = around.request(text).after(Conversation.answering(asked));
      var plans = session.changeService();
      if (dialogue.asks()
          && !dialogue.goesOn(new PreparedRequest(answer, plans.plan(answer)), plans::plan)) {
        around.warn("nothing was changed; the question stays open");
        return ExitCode.ABORTED.code();
      }
      var ended = session.changeService().run(answer);
      var more =
          dialogue.asks() && turn < ConversationReading.MOST_TURNS && !ended.execution().isEmpty()
              ? ended.clarifications().stream().findFirst().flatMap(dialogue::ask)
              : Optional.<String>empty();
      if (more.isEmpty()) {
        return session.finish(ended);
      }
      asked = ended.execution();
      text = more.get();
    }
  }
}
