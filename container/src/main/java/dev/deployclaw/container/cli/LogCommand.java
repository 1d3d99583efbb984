package dev.deployclaw.container.cli;

import dev.deployclaw.audit.DocumentText;
import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.container.config.ConfigReader;
import dev.deployclaw.core.runtime.ExitCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code log ID|last}: works from the files alone, when the estate is gone too. */
@Command(
    name = "log",
    description = "What an execution thought and did.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  deployclaw log last",
      "  deployclaw log --json arch-2026-11-24-rate-limit-007 > log.json"
    })
final class LogCommand implements Callable<Integer> {
  private static final String LAST = "last";

  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  @Parameters(paramLabel = "ID|last", arity = "0..1", description = "Default: last.")
  private String id = LAST;

  LogCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    var stateDir = stateDir();
    try (var journal = FileJournal.open(stateDir)) {
      var executions = journal.executions();
      if (executions.isEmpty()) {
        return missing("there is no execution under " + stateDir);
      }
      String chosen = id.equals(LAST) ? executions.getLast() : id;
      if (!executions.contains(chosen)) {
        return missing("there is no execution " + chosen + "; the last is " + executions.getLast());
      }
      var document = ExecutionDocument.of(journal.read(chosen), HeadSigner.open(stateDir));
      around.out().print(shared.json() ? document.text() : DocumentText.of(document));
      return ExitCode.OK.code();
    }
  }

  /** The configuration's, else where it is without one. */
  private Path stateDir() throws Exception {
    var file = around.configFile(shared.config());
    return file.isPresent()
        ? ConfigReader.read(file.get(), around.environment()).stateDir()
        : around.home().resolve(".deployclaw").resolve("state");
  }

  private int missing(String message) {
    around.err().println("deployclaw: " + message);
    if (shared.json()) {
      around.out().println(Json.text(Map.of("error", message)));
    }
    return ExitCode.WRONG_USAGE.code();
  }
}
