package dev.deployclaw.container.cli;

import dev.deployclaw.container.model.Narrator;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.runtime.PlanAnswer;
import dev.deployclaw.core.task.TaskRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plan REQUEST}: no effect. */
@Command(
    name = "plan",
    description = "What a request would do: intent, steps, diff, risks. Changes nothing.",
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
final class PlanCommand implements Callable<Integer> {
  private final Surroundings around;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Mixin private final Shared shared = new Shared();

  @Option(
      names = "--inventory",
      paramLabel = "FILE",
      description = "Understand the request by these names, with no back end and no diff.")
  private @Nullable Path inventory;

  @Option(
      names = "--batch",
      paramLabel = "FILE",
      description = "JSON lines {id, request}; prints one JSON document a line.")
  private @Nullable Path batch;

  @Option(
      names = "--in-words",
      description =
          "Then the plan in the configured language model's words, marked as such. The plan is sent"
              + " to its provider.")
  private boolean inWords;

  @Parameters(arity = "0..*", paramLabel = "REQUEST", description = "In plain English.")
  private List<String> words = List.of();

  PlanCommand(Surroundings around) {
    this.around = around;
  }

  /** What understands requests: the agent, or the planner alone. */
  @FunctionalInterface
  interface Understanding {
    PlanAnswer plan(TaskRequest request) throws InterruptedException;
  }

  @Override
  public Integer call() throws Exception {
    if ((batch == null) == words.isEmpty()) {
      throw new CommandLine.ParameterException(
          Objects.requireNonNull(spec).commandLine(), "give a REQUEST, or --batch FILE");
    }
    if (inWords && batch != null) {
      throw new CommandLine.ParameterException(
          Objects.requireNonNull(spec).commandLine(), "give --in-words or --batch, not both");
    }
    var narrator = inWords ? Narrators.of(around, shared) : Optional.<Narrator>empty();
    if (inWords && narrator.isEmpty()) {
      return Narrators.NONE.report(around, shared.json());
    }
    if (inventory != null) {
      return answer(OfflinePlanner.by(around.working().resolve(inventory))::plan, narrator);
    }
    try (var session = Session.open(around, shared)) {
      return answer(session.architect()::plan, narrator);
    }
  }

  private int answer(Understanding understanding, Optional<Narrator> narrator)
      throws Unusable, InterruptedException {
    var view = new PlanView(around);
    if (batch == null) {
      var answer = understanding.plan(around.request(String.join(" ", words)));
      return narrator.isPresent()
          ? view.showInWords(answer, shared.json(), narrator.get())
          : view.show(answer, shared.json());
    }
    for (var item : PlanBatch.read(around.working().resolve(batch))) {
      view.line(item.id(), understanding.plan(around.request(item.request())));
    }
    return ExitCode.OK.code();
  }
}
