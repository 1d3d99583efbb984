package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.journal.StreamDiff;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.cli.session.LocalLogs;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.wiring.AgentRuntime;
import dev.deployclaw.core.result.ExitCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code audit diff-stream}: the logs here against the stream, and what that has of logs that
 * aren't here.
 */
record StreamComparison(CommandEnvironment around, CommonOptions shared) {
  /**
   * Compares all logs, or one; prints how they differ and returns the exit code.
   *
   * @param id of an execution, or {@code last}; one that isn't here may be in the stream
   */
  int compare(Optional<String> id)
      throws InvalidConfigException, SetupException, InterruptedException {
    boolean json = shared.json();
    var config = AgentSession.config(around, shared);
    try (var logs = LocalLogs.open(config.stateDir(), Optional.of(config))) {
      var view = view(config, logs, id);
      if (view.isEmpty()) {
        String asked = id.orElse("");
        return CommandFailure.usage(
                "there is no execution "
                    + asked
                    + ", here or in the stream; see: deployclaw log last")
            .report(around, json);
      }
      return view.get().show(around, json);
    } catch (IOException e) {
      return new CommandFailure(
              ExitCode.UNREACHABLE, e.getMessage() + "; is NATS there, and its stream?")
          .report(around, json);
    }
  }

  /** Empty where the one that is asked for is nowhere. */
  private static Optional<StreamDiffView> view(
      AgentConfig config, LocalLogs logs, Optional<String> id)
      throws IOException, InterruptedException {
    var here = id.flatMap(logs::find);
    if (here.isEmpty() && id.filter("last"::equals).isPresent()) {
      return Optional.empty();
    }
    try (var diff = StreamDiff.open(logs.journal(), AgentRuntime.streamSettings(config))) {
      if (id.isEmpty()) {
        return Optional.of(compared(diff, logs.journal().executions(), diff.elsewhere()));
      }
      var one = here.isPresent() ? here : id.filter(diff.elsewhere()::contains);
      return one.isPresent()
          ? Optional.of(compared(diff, List.of(one.get()), List.of()))
          : Optional.empty();
    }
  }

  private static StreamDiffView compared(
      StreamDiff diff, List<String> executions, List<String> elsewhere)
      throws IOException, InterruptedException {
    var compared = new ArrayList<StreamDiff.Compared>();
    var unread = new TreeMap<String, String>();
    for (String execution : executions) {
      try {
        compared.add(diff.compare(execution));
      } catch (DamagedJournalException e) {
        unread.put(execution, String.valueOf(e.getMessage()));
      }
    }
    return new StreamDiffView(compared, unread, elsewhere);
  }
}
