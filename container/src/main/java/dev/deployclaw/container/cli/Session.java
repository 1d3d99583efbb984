package dev.deployclaw.container.cli;

import dev.deployclaw.audit.DocumentText;
import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.ConfigReader;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Agent;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.runtime.Architect;
import dev.deployclaw.core.runtime.Ended;
import dev.deployclaw.core.runtime.Executors;
import dev.deployclaw.core.runtime.Progress;
import dev.deployclaw.core.runtime.Result;
import java.nio.file.Path;
import java.util.Optional;

/** One command's use of the agent: opened from the configuration, closed at the end. */
final class Session implements AutoCloseable {
  private final Surroundings around;
  private final Shared shared;
  private final Path stateDir;
  private final Agent agent;

  private Session(Surroundings around, Shared shared, Path stateDir, Agent agent) {
    this.around = around;
    this.shared = shared;
    this.stateDir = stateDir;
    this.agent = agent;
  }

  static Session open(Surroundings around, Shared shared) throws InvalidConfig, Unusable {
    Progress progress =
        shared.json() ? Progress.NONE : new ProgressView(around.err(), around.display().colour());
    var config = config(around, shared);
    return new Session(around, shared, config.stateDir(), Agent.open(config, progress));
  }

  static Config config(Surroundings around, Shared shared) throws InvalidConfig, Unusable {
    return ConfigReader.read(file(around, shared.config()), around.environment());
  }

  /** Where the configuration stands. */
  static Path file(Surroundings around, Optional<Path> given) throws Unusable {
    return around
        .configFile(given)
        .orElseThrow(() ->
            new Unusable(
                "there is no configuration: give --config FILE, set DEPLOYCLAW_CONFIG, write"
                    + " ./deployclaw.yaml, or start a lab with: deployclaw lab up"));
  }

  Path stateDir() {
    return stateDir;
  }

  Architect architect() {
    return agent.architect();
  }

  Executors executors() {
    return agent.ports().executors();
  }

  /** What is known of the stream as a copy of this machine's logs. */
  StreamCopy stream() {
    return agent.journal().stream();
  }

  /** Prints the execution's log and returns its exit code. */
  int finish(Ended ended) throws InterruptedException {
    ended.questions().forEach(q -> around.warn("? " + q));
    if (ended.execution().isEmpty() || agent.journal().read(ended.execution()).isEmpty()) {
      unlogged(ended);
    } else {
      var document = agent.document(ended.execution());
      around.out().print(shared.json() ? document.text() : DocumentText.of(document));
      new EndingView(around).tell(ended, Optional.of(document));
    }
    return ended.exit().code();
  }

  /** As {@link #finish}; but a refused word on a change left that change's log as it was. */
  int answer(Ended ended) throws InterruptedException {
    if (ended.result() != Result.REFUSED) {
      return finish(ended);
    }
    unlogged(ended);
    return ended.exit().code();
  }

  private void unlogged(Ended ended) {
    new EndingView(around).tell(ended, Optional.empty());
    if (shared.json()) {
      around.out().println(Json.text(RecoveryView.ended(ended)));
    }
  }

  @Override
  public void close() {
    agent.close();
  }
}
