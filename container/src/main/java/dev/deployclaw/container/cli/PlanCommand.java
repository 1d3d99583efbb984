package dev.deployclaw.container.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code plan REQUEST}: no effect. */
@Command(
    name = "plan",
    description = "What a request would do: intent, steps, diff, risks. Changes nothing.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:  deployclaw plan \"set umbrella's search limit to 600 per minute, burst 90\""
    })
final class PlanCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  @Parameters(arity = "1..*", paramLabel = "REQUEST", description = "In plain English.")
  private List<String> words = List.of();

  PlanCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      var answer = session.architect().plan(session.request(String.join(" ", words)));
      return new PlanView(around).show(answer, shared.json());
    }
  }
}
