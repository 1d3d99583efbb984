package dev.deployclaw.container.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code validate}. */
@Command(
    name = "validate",
    description = "Check policies and what is enforced; exit 8 where something is amiss.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:  deployclaw validate"})
final class ValidateCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  ValidateCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      return new ScanView(around).show(session.architect().validate(), shared.json());
    }
  }
}
