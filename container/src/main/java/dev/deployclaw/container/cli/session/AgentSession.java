package dev.deployclaw.container.cli.session;

import dev.deployclaw.audit.view.LogTextRenderer;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.console.ProgressView;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.query.EstateAnswers;
import dev.deployclaw.container.wiring.RuntimeSource;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.rollback.Rollback;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One command's use of the agent: opened from the configuration, closed at the end. */
public record AgentSession(
    CommandEnvironment around, CommonOptions shared, AgentConfig config, RuntimeSource.Lease lease)
    implements AutoCloseable {
  public static AgentSession open(CommandEnvironment around, CommonOptions shared)
      throws InvalidConfigException, SetupException {
    ProgressListener progress = shared.json() ? ProgressListener.NONE : new ProgressView(around);
    var config = config(around, shared);
    OfflineSettings.make(config.stateDir());
    return new AgentSession(around, shared, config, around.runtimes().open(config, progress));
  }

  public static AgentConfig config(CommandEnvironment around, CommonOptions shared)
      throws InvalidConfigException, SetupException {
    return ConfigReader.read(
        file(around, shared.config()), around.environment(), around.runtimes().role());
  }

  /** For what looks at the agent and at no back end, whose secrets may be another container's. */
  public static AgentConfig servingConfig(CommandEnvironment around, CommonOptions shared)
      throws InvalidConfigException, SetupException {
    return ConfigReader.read(file(around, shared.config()), around.environment(), ConfigRole.AGENT);
  }

  /** Where the configuration stands. */
  public static Path file(CommandEnvironment around, Optional<Path> given) throws SetupException {
    return around
        .configFile(given)
        .orElseThrow(() ->
            new SetupException(
                "there is no configuration: give --config FILE, set DEPLOYCLAW_CONFIG, write"
                    + " ./deployclaw.yaml, or start a lab with: deployclaw lab up"));
  }

  public ChangeService changeService() {
    return lease.runtime().changeService();
  }

  public QueryService queries() {
    return lease.runtime().changeService().queries();
  }

  /** The execution that is named; {@code last} is the only one of those that wait for a word. */
  public static String named(String id, StoreQuestion<List<String>> waiting)
      throws SetupException, InterruptedException {
    if (!id.equals(Rollback.LAST)) {
      return id;
    }
    var all = waiting.ask();
    if (all.size() == 1) {
      return all.getFirst();
    }
    String why = all.isEmpty() ? "none waits" : "several wait: " + String.join(", ", all);
    throw new SetupException("last names no execution: " + why + "; deployclaw status shows them");
  }

  public ExecutorRegistry executors() {
    return lease.runtime().ports().executors();
  }

  /** How the executor host is; empty where executors are in this process. */
  public Optional<String> host() {
    return lease.runtime().backends().summary();
  }

  /** What is known of the stream as a copy of this machine's logs. */
  public StreamCopy stream() {
    return lease.runtime().journal().stream();
  }

  /**
   * The answer to a request that asks about the estate; empty where it asks for something else, or
   * that can't be told.
   */
  public Optional<EstateAnswer> answer(TaskRequest request) throws InterruptedException {
    try {
      var question = changeService().question(request);
      return question.isPresent()
          ? Optional.of(
              new EstateAnswers(changeService(), lease.runtime().journal()).answer(question.get()))
          : Optional.empty();
    } catch (Unreachable e) {
      return Optional.empty();
    }
  }

  /** Prints the execution's log, on a terminal its end alone, and returns its exit code. */
  public int finish(RequestOutcome ended) throws InterruptedException {
    for (var question : ended.clarifications()) {
      around.warn("? " + question.text());
      question.suggestion().ifPresent(s -> around.warn("  yes: " + s));
    }
    if (ended.execution().isEmpty()
        || lease.runtime().journal().read(ended.execution()).isEmpty()) {
      unlogged(ended);
    } else {
      var document = lease.runtime().document(ended.execution());
      if (shared.json()) {
        around.out().print(document.text());
      } else if (around.display().asks()) {
        LogTextRenderer.ending(document).forEach(around::say);
      } else {
        LogTextRenderer.of(document).lines().forEach(around::say);
      }
      new FailureExplanationView(around).tell(ended, Optional.of(document));
    }
    return ended.exit().code();
  }

  /** As {@link #finish}; but a refused word on a change left that change's log as it was. */
  public int answer(RequestOutcome ended) throws InterruptedException {
    if (ended.result() != ExecutionStatus.REFUSED) {
      return finish(ended);
    }
    unlogged(ended);
    return ended.exit().code();
  }

  private void unlogged(RequestOutcome ended) {
    new FailureExplanationView(around).tell(ended, Optional.empty());
    if (shared.json()) {
      around.json(RecoveryView.ended(ended));
    }
  }

  @Override
  public void close() {
    lease.close();
  }
}
