package dev.deployclaw.container.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code recover}: what every command that writes does first, by itself. */
@Command(
    name = "recover",
    description = {
      "Finish what an agent that died left behind: what wasn't committed is removed, what was",
      "committed is carried to its end. Every command that changes something does this first."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example:  deployclaw recover"})
final class RecoverCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  RecoverCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      return new RecoveryView(around).show(session.architect().recover(), shared.json());
    }
  }
}
