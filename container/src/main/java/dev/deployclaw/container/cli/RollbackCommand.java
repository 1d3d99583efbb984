package dev.deployclaw.container.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code rollback ID|last}. */
@Command(
    name = "rollback",
    description = "Put back what stood before a change, under a new epoch.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:  deployclaw rollback last"})
final class RollbackCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  @Parameters(paramLabel = "ID|last", description = "The execution whose change is undone.")
  private String target = "";

  RollbackCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      return session.finish(session.architect().rollback(target, around.user()));
    }
  }
}
