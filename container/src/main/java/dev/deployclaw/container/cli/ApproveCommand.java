package dev.deployclaw.container.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code approve ID}. */
@Command(
    name = "approve",
    description = "Let a held change go on.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:  deployclaw approve arch-2026-11-24-rate-limit-007"})
final class ApproveCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  @Parameters(paramLabel = "ID", description = "The execution, as `status` shows it.")
  private String id = "";

  ApproveCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      return session.answer(session.architect().approve(id, around.user()));
    }
  }
}
