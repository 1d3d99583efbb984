package dev.deployclaw.container.cli.audit;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.cli.session.LocalLogs;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.result.ExitCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** {@code audit copies}: the bucket's copies of ended logs against their heads, keys and chain. */
record BucketCopyCheck(CommandEnvironment around, CommonOptions shared) {
  /**
   * Looks at the copies of all logs, or of one; prints how they stand and returns the exit code.
   *
   * @param id of an execution, or {@code last}
   */
  int compare(Optional<String> id)
      throws InvalidConfigException, SetupException, InterruptedException {
    boolean json = shared.json();
    var config = AgentSession.config(around, shared);
    try (var logs = LocalLogs.open(config.stateDir(), Optional.of(config))) {
      var one = id.flatMap(logs::find);
      if (id.isPresent() && one.isEmpty()) {
        return CommandFailure.noExecution(id.get()).report(around, json);
      }
      var chosen = one.map(List::of).orElseGet(logs.journal()::known);
      return LogCopiesView.of(config, chosen, id.isEmpty()).show(around, json);
    } catch (IOException e) {
      return new CommandFailure(ExitCode.UNREACHABLE, e.getMessage() + "; see: deployclaw doctor")
          .report(around, json);
    }
  }
}
