package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.service.ChangeService;

/** Where a command gets the agent from: one of its own, or the one that serves. */
@FunctionalInterface
public interface RuntimeSource {
  /** Opens an agent for one command, with connections of its own. */
  RuntimeSource OWN =
      (config, progress) -> {
        var runtime = AgentRuntime.open(config, progress);
        return new Lease(runtime, runtime::close);
      };

  Lease open(AgentConfig config, ProgressListener progress) throws SetupException;

  /**
   * An agent while a command uses it.
   *
   * @param end gives it back
   */
  record Lease(AgentRuntime runtime, Runnable end) implements AutoCloseable {
    @Override
    public void close() {
      end.run();
    }
  }

  /** Lends an open agent. */
  static RuntimeSource sharing(AgentRuntime open) {
    return (_, progress) -> {
      var changes = new ChangeService(open.ports(), open.settings(), progress);
      return new Lease(open.servedBy(changes), () -> {});
    };
  }
}
