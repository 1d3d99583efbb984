package dev.deployclaw.container.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code run REQUEST}. */
@Command(
    name = "run",
    description = "Carry a request out: plan, checkpoint, stage, vote, commit, publish, validate.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  deployclaw run \"Orchestrate the rate limit policies of all tenants\"",
      "  deployclaw run \"set umbrella's search limit to 600 per minute, burst 90\"",
      "  deployclaw run --json \"raise acme's checkout limit to 1200 per minute\" > log.json"
    })
final class RunCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  @Parameters(arity = "1..*", paramLabel = "REQUEST", description = "In plain English.")
  private List<String> words = List.of();

  RunCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      return session.finish(session.architect().run(session.request(String.join(" ", words))));
    }
  }
}
