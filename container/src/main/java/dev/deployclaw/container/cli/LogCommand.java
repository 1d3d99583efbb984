package dev.deployclaw.container.cli;

import dev.deployclaw.audit.DocumentText;
import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.core.runtime.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code log ID|last}: works from the files alone, when the estate is gone too. */
@Command(
    name = "log",
    description = "What an execution thought and did. Needs no back end.",
    footer = {
      "",
      "Examples:",
      "  deployclaw log last",
      "  deployclaw log arch-2026-11-24-rate-limit-003 --json > log.json"
    })
final class LogCommand implements Callable<Integer> {
  private static final String LAST = "last";

  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  @Parameters(
      paramLabel = "ID|last",
      arity = "0..1",
      defaultValue = LAST,
      description = "The execution; the last one where none is given.")
  private String id = LAST;

  LogCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    var stateDir = Local.of(around, shared).stateDir();
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

  private int missing(String reason) {
    return Failure.usage(reason).report(around, shared.json());
  }
}
