package dev.deployclaw.container.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code scan}. */
@Command(
    name = "scan",
    description = "What is enforced now, against what is committed.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:  deployclaw scan --json"})
final class ScanCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  ScanCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      return new ScanView(around).show(session.architect().scan(), shared.json());
    }
  }
}
