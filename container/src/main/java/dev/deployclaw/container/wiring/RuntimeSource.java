package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.service.ChangeService;

/** Where a command gets the agent from: one of its own, or the one that serves. */
public interface RuntimeSource {
  /** Opens an agent for one command, with connections of its own. */
  RuntimeSource OWN =
      new RuntimeSource() {
        @Override
        public Lease open(AgentConfig config, ProgressListener progress) throws SetupException {
          var runtime = AgentRuntime.open(config, progress);
          return new Lease(runtime, runtime::close);
        }

        @Override
        public Lease look(AgentConfig config) throws SetupException {
          var runtime = AgentRuntime.looking(config);
          return new Lease(runtime, runtime::close);
        }

        @Override
        public ConfigRole role() {
          return ConfigRole.BOTH;
        }

        @Override
        public TextMask mask() {
          return TextMask.OWN;
        }
      };

  Lease open(AgentConfig config, ProgressListener progress) throws SetupException;

  /** Opens one that ships no records. */
  Lease look(AgentConfig config) throws SetupException;

  /** For which process its commands read their configuration. */
  ConfigRole role();

  /** Through which words of a command's user go. */
  TextMask mask();

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

  /**
   * Lends an open agent.
   *
   * @param role for which its configuration was read
   */
  static RuntimeSource sharing(AgentRuntime open, ConfigRole role) {
    return new RuntimeSource() {
      @Override
      public Lease open(AgentConfig config, ProgressListener progress) {
        var changes = new ChangeService(open.ports(), open.settings(), progress);
        return new Lease(open.servedBy(changes), () -> {});
      }

      @Override
      public Lease look(AgentConfig config) {
        return open(config, ProgressListener.NONE);
      }

      @Override
      public ConfigRole role() {
        return role;
      }

      @Override
      public TextMask mask() {
        return open.backends().mask();
      }
    };
  }
}
