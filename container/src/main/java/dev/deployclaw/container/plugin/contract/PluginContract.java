package dev.deployclaw.container.plugin.contract;

import dev.deployclaw.container.host.HostCommand;
import dev.deployclaw.container.plugin.contract.PromiseResult.Verdict;
import dev.deployclaw.executors.protocol.v1.Outcome;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Starts a plugin as the agent does and tries each promise. It really stages, publishes and
 * restores at the plugin's back end, so that must be one for tests.
 */
public final class PluginContract {
  private static final String START = "start";
  private static final String READY = "gets its key, listens, and says that it is ready";

  private final TestedProcess.Start start;
  private final Consumer<PromiseResult> told;
  private final List<PromiseResult> results = new ArrayList<>();

  /**
   * @param command that starts it
   * @param folder in which it listens
   * @param within until it must be ready
   * @param told each result as it comes
   */
  public PluginContract(
      HostCommand command, Path folder, Duration within, Consumer<PromiseResult> told) {
    this.start = new TestedProcess.Start(command, folder, within);
    this.told = told;
  }

  /** Tries them all, in their order. */
  public List<PromiseResult> run() throws InterruptedException {
    try (var plugin = TestedPlugin.of(start)) {
      tell(START, Verdict.KEPT, READY);
      var first =
          plugin.participates()
              ? new ParticipantCalls(plugin).observe()
              : Outcome.getDefaultInstance();
      var all =
          Stream.of(
                  HostPromises.ALL,
                  VotePromises.ALL,
                  PublishPromises.ALL,
                  RestorePromises.after(first))
              .flatMap(List::stream);
      for (var promise : all.toList()) {
        attempt(promise, plugin);
      }
      boolean ended = plugin.end();
      tell(
          "end",
          ended ? Verdict.KEPT : Verdict.BROKEN,
          ended ? "ends when its standard input ends" : "it still runs some seconds later");
    } catch (TestedProcess.StartFailedException e) {
      tell(START, Verdict.BROKEN, String.valueOf(e.getMessage()));
    }
    return List.copyOf(results);
  }

  private void attempt(Promise promise, TestedPlugin plugin)
      throws InterruptedException, TestedProcess.StartFailedException {
    if (promise.acts() && !plugin.participates()) {
      tell(promise.name(), Verdict.SKIPPED, "only a participant promises it");
      return;
    }
    try {
      promise.trial().on(plugin);
      tell(promise.name(), Verdict.KEPT, promise.text());
    } catch (BrokenPromiseException | StatusRuntimeException e) {
      tell(promise.name(), Verdict.BROKEN, String.valueOf(e.getMessage()));
    }
    if (!plugin.isAlive()) {
      plugin.restart();
    }
  }

  private void tell(String promise, Verdict verdict, String detail) {
    var result = new PromiseResult(promise, verdict, detail);
    results.add(result);
    told.accept(result);
  }
}
