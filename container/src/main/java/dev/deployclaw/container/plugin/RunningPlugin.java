package dev.deployclaw.container.plugin;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.host.HostState;
import dev.deployclaw.container.host.HostSupervisor;
import dev.deployclaw.container.host.WallReport;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import dev.deployclaw.executors.remote.HostAddress;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.remote.HostGreeting;
import dev.deployclaw.executors.remote.RemoteExecutor;
import dev.deployclaw.executors.wire.HostDescription;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One plugin, kept running. Closing ends it. */
final class RunningPlugin implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningPlugin.class);
  private static final String BUILD = "deployclaw 0.1.0";

  private final PluginConfig plugin;
  private final PluginLaunch launch;
  private final HostSupervisor supervisor;
  private final HostConnection connection;

  private RunningPlugin(PluginConfig plugin, PluginLaunch launch) {
    this.plugin = plugin;
    this.launch = launch;
    this.supervisor = HostSupervisor.start(launch, plugin.start());
    this.connection =
        HostConnection.of(
            new HostAddress(launch.socket(), supervisor::key, BUILD, ProtocolRevisions.SPOKEN),
            supervisor::replace);
  }

  /**
   * Checks its files, starts it, and waits for the first start.
   *
   * @param files where the agent keeps what it needs for plugins
   */
  static RunningPlugin start(PluginConfig plugin, Path files)
      throws SetupException, InterruptedException {
    var copies = files.resolve(plugin.name());
    var _ = AdmittedProgram.admit(plugin, copies);
    try {
      var folder = Files.createTempDirectory("deployclaw-" + plugin.name());
      var running = new RunningPlugin(plugin, new PluginLaunch(plugin, folder, copies));
      running.supervisor.awaitFirst(plugin.start());
      return running;
    } catch (IOException e) {
      throw new SetupException("plugin " + plugin.name() + " has no folder: " + e.getMessage());
    }
  }

  PluginConfig config() {
    return plugin;
  }

  HostState state() {
    return supervisor.state();
  }

  Optional<Violation> violation() {
    return supervisor.violation();
  }

  /** The layers that its wall lacks, each with what was found. */
  Map<String, String> missing(HostDescription said) {
    return WallReport.of(said.isolation(), supervisor.seen()).missing();
  }

  int starts() {
    return supervisor.starts();
  }

  HostGreeting greet() throws InterruptedException {
    return state() instanceof HostState.Up
        ? connection.greet()
        : new HostGreeting.Unreachable(state().sentence());
  }

  void restart() throws InterruptedException {
    supervisor.restart(plugin.start());
  }

  PluginExecutor executor() {
    var members =
        plugin.members().stream()
            .map(m -> plugin.name() + "/" + m)
            .collect(Collectors.toUnmodifiableSet());
    return new PluginExecutor(
        new RemoteExecutor(connection, PluginAdmission.offered(plugin), Optional.of(members)));
  }

  @Override
  public void close() {
    try (supervisor) {
      connection.close();
    } finally {
      remove(launch);
    }
  }

  private static void remove(PluginLaunch launch) {
    try (Stream<Path> files = Files.walk(launch.folder())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("A plugin's folder can't be removed");
    }
  }
}
