package dev.deployclaw.container.cli.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.look.AnswerView;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.cli.session.NarratorProvider;
import dev.deployclaw.container.cli.session.RequestDialogue;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.container.llm.ChatModelNarrator;
import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plan REQUEST}: no effect. */
@Command(
    name = "plan",
    description = "Show what a request would do: intent, steps, diff, risks. Changes nothing.",
    footer = {
      "",
      "Examples:",
      "  deployclaw plan \"set umbrella's search limit to 600 per minute, burst 90\"",
      "  deployclaw plan --in-words \"double acme's checkout limit\"",
      "  deployclaw plan --inventory estate.yaml --json \"double acme's checkout limit\"",
      "  deployclaw plan --inventory estate.yaml --batch requests.jsonl > plans.jsonl",
      "An inventory:",
      "  tenants: {acme: {tier: gold}, umbrella: {}}",
      "  services: [checkout, search]"
    })
public final class PlanCommand extends ConsoleCommand {
  @Option(
      names = "--inventory",
      paramLabel = "FILE",
      description = "Read the request with the names in this file, without a back end and a diff.")
  private @Nullable Path inventory;

  @Option(
      names = "--batch",
      paramLabel = "FILE",
      description = "JSON lines {id, request}; prints one JSON document per line.")
  private @Nullable Path batch;

  @Option(
      names = "--in-words",
      description =
          "Also describe the plan in the configured language model's words, marked as "
              + "such. The plan is sent to its provider.")
  private boolean inWords;

  @Parameters(arity = "0..*", paramLabel = "REQUEST", description = "In plain English.")
  private List<String> words = List.of();

  public PlanCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    if ((batch == null) == words.isEmpty()) {
      throw wrong("give a REQUEST, or --batch FILE");
    }
    if (inWords && batch != null) {
      throw wrong("give --in-words or --batch, not both");
    }
    var narrator =
        inWords ? NarratorProvider.of(around, shared) : Optional.<ChatModelNarrator>empty();
    if (inWords && narrator.isEmpty()) {
      return NarratorProvider.NONE.report(around, shared.json());
    }
    if (inventory != null) {
      var offline = OfflinePlanner.by(around.working().resolve(inventory));
      return answer(offline::plan, new PlanView(around), narrator);
    }
    try (var session = AgentSession.open(around, shared)) {
      if (batch == null && session.changeService().mayAsk(around.request(words))) {
        var answer = session.answer(around.request(words));
        if (answer.isPresent()) {
          return new AnswerView(around).show(answer.get(), shared.json());
        }
      }
      var view = new PlanView(around, session.config().timezone());
      return answer(session.changeService()::plan, view, narrator);
    }
  }

  private int answer(
      InterruptibleFunction<TaskRequest, PlanPreviewReport> understanding,
      PlanView view,
      Optional<ChatModelNarrator> narrator)
      throws SetupException, InterruptedException {
    if (batch == null) {
      var dialogue = new RequestDialogue(around, shared.json());
      var answer = dialogue.complete(around.request(words), understanding).report();
      return narrator.isPresent()
          ? view.showInWords(answer, shared.json(), narrator.get())
          : view.show(answer, shared.json());
    }
    for (var item : BatchRequest.read(around.working().resolve(batch))) {
      view.line(item.id(), understanding.apply(around.request(item.request())));
    }
    return ExitCode.OK.code();
  }

  /**
   * Requests of a file of JSON lines. Read as a whole, so that a bad line ends it before the first.
   */
  private record BatchRequest(String id, String request) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_LINES = 100_000;

    static List<BatchRequest> read(Path file) throws SetupException {
      List<String> lines;
      try (var all = Files.lines(file)) {
        lines = all.limit(MOST_LINES + 1L).toList();
      } catch (IOException e) {
        throw new SetupException(
            file + " can't be read: " + FileFault.words(e) + "; give a file of JSON lines");
      }
      if (lines.size() > MOST_LINES) {
        throw new SetupException(file + " has more than " + MOST_LINES + " lines; split it");
      }
      var out = new ArrayList<BatchRequest>();
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).isBlank()) {
          out.add(item(lines.get(i), file + ":" + (i + 1)));
        }
      }
      return out;
    }

    private static BatchRequest item(String line, String place) throws SetupException {
      JsonNode node;
      try {
        node = MAPPER.readTree(line);
      } catch (JsonProcessingException e) {
        throw new SetupException(
            place + " isn't JSON: " + e.getOriginalMessage() + "; correct this line");
      }
      if (!node.path("id").isValueNode() || !node.path("request").isTextual()) {
        throw new SetupException(
            place + " lacks id or request; write {\"id\": \"a\", \"request\": \"…\"}");
      }
      return new BatchRequest(node.get("id").asText(), node.get("request").textValue());
    }
  }
}
