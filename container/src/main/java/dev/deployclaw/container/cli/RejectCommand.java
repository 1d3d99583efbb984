package dev.deployclaw.container.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code reject ID}. */
@Command(
    name = "reject",
    description = "Refuse a held change, and remove what it staged.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:  deployclaw reject arch-2026-11-24-rate-limit-007"})
final class RejectCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  @Parameters(paramLabel = "ID", description = "The execution, as `status` shows it.")
  private String id = "";

  RejectCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      return session.answer(session.architect().reject(id, around.user()));
    }
  }
}
