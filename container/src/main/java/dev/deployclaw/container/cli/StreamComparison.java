package dev.deployclaw.container.cli;

import dev.deployclaw.audit.DamagedJournal;
import dev.deployclaw.audit.StreamDiff;
import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Agent;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.runtime.ExitCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code audit diff-stream}: the logs here against the stream, and what that has of logs that
 * aren't here.
 */
final class StreamComparison {
  private static final String LAST = "last";

  private final Surroundings around;
  private final Shared shared;

  StreamComparison(Surroundings around, Shared shared) {
    this.around = around;
    this.shared = shared;
  }

  /**
   * Compares all logs, or one; prints how they differ and returns the exit code.
   *
   * @param id of an execution, or {@code last}; one that isn't here may be in the stream
   */
  int compare(Optional<String> id) throws InvalidConfig, Unusable, InterruptedException {
    boolean json = shared.json();
    var config = Session.config(around, shared);
    try (var logs = LocalLogs.open(config.stateDir(), Optional.of(config))) {
      var view = view(config, logs, id);
      if (view.isEmpty()) {
        String asked = id.orElse("");
        return Failure.usage(
                "there is no execution "
                    + asked
                    + ", here or in the stream; see: deployclaw log last")
            .report(around, json);
      }
      return view.get().show(around, json);
    } catch (IOException e) {
      return new Failure(ExitCode.UNREACHABLE, e.getMessage() + "; is NATS there, and its stream?")
          .report(around, json);
    }
  }

  /** Empty where the one that is asked for is nowhere. */
  private static Optional<StreamDiffView> view(Config config, LocalLogs logs, Optional<String> id)
      throws IOException, InterruptedException {
    var here = id.flatMap(logs::find);
    if (here.isEmpty() && id.filter(LAST::equals).isPresent()) {
      return Optional.empty();
    }
    try (var diff = StreamDiff.open(logs.journal(), Agent.streamSettings(config))) {
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
      } catch (DamagedJournal e) {
        unread.put(execution, String.valueOf(e.getMessage()));
      }
    }
    return new StreamDiffView(compared, unread, elsewhere);
  }
}
