package dev.deployclaw.container.cli.audit;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.core.result.ExitCode;
import java.util.List;
import java.util.Map;

/** How logs stand: by themselves, or against what a back end holds of them. */
public interface LogVerificationView {
  /** Whether nothing in it contradicts a log. */
  boolean holds();

  /** For JSON documents. */
  Map<String, Object> map();

  /** Lines for people; their texts may be anybody's. */
  List<String> lines();

  /** Prints it, as a document or as lines, and returns the exit code. */
  default int show(CommandEnvironment around, boolean json) {
    if (json) {
      around.json(map());
    } else {
      lines().forEach(around::say);
    }
    return (holds() ? ExitCode.OK : ExitCode.AUDIT_FAILED).code();
  }
}
