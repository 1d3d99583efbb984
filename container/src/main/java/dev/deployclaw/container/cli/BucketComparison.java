package dev.deployclaw.container.cli;

import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.runtime.ExitCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** {@code audit copies}: the bucket's copies of ended logs against their heads, keys and chain. */
final class BucketComparison {
  private final Surroundings around;
  private final Shared shared;

  BucketComparison(Surroundings around, Shared shared) {
    this.around = around;
    this.shared = shared;
  }

  /**
   * Looks at the copies of all logs, or of one; prints how they stand and returns the exit code.
   *
   * @param id of an execution, or {@code last}
   */
  int compare(Optional<String> id) throws InvalidConfig, Unusable, InterruptedException {
    boolean json = shared.json();
    var config = Session.config(around, shared);
    try (var logs = LocalLogs.open(config.stateDir(), Optional.of(config))) {
      var one = id.flatMap(logs::find);
      if (id.isPresent() && one.isEmpty()) {
        return Failure.noExecution(id.get()).report(around, json);
      }
      var chosen = one.map(List::of).orElseGet(logs.journal()::known);
      return CopiesView.of(config, chosen).show(around, json);
    } catch (IOException e) {
      return new Failure(ExitCode.UNREACHABLE, e.getMessage() + "; see: deployclaw doctor")
          .report(around, json);
    }
  }
}
