package dev.deployclaw.container.plugin;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.host.HostFiles;
import dev.deployclaw.container.host.HostState;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.executors.remote.HostGreeting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The plugins that the operator admits, running. Closing ends them. */
public final class AdmittedPlugins implements AutoCloseable {
  private final List<RunningPlugin> running;
  private final List<PluginExecutor> executors;

  private AdmittedPlugins(List<RunningPlugin> running) {
    this.running = List.copyOf(running);
    this.executors = running.stream().map(RunningPlugin::executor).toList();
  }

  /**
   * Starts them all.
   *
   * @throws SetupException with every problem, where one isn't just what is admitted
   */
  public static AdmittedPlugins open(List<PluginConfig> admitted, Path stateDir)
      throws SetupException {
    var running = new ArrayList<RunningPlugin>();
    var problems = new ArrayList<String>();
    try {
      for (var plugin : admitted) {
        start(plugin, stateDir, running, problems);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problems.add("the start was interrupted");
    }
    if (problems.isEmpty()) {
      return new AdmittedPlugins(running);
    }
    running.forEach(RunningPlugin::close);
    throw new SetupException(String.join("\n", problems));
  }

  private static void start(
      PluginConfig plugin, Path stateDir, List<RunningPlugin> running, List<String> problems)
      throws InterruptedException {
    try {
      var rights = plugin.rights();
      new HostFiles(stateDir)
          .keepPass(Stream.of(rights.read(), rights.write()).flatMap(List::stream).toList());
      var started = RunningPlugin.start(plugin, stateDir.resolve("plugins"));
      running.add(started);
      switch (started.greet()) {
        case HostGreeting.Met(var host) -> problems.addAll(PluginAdmission.problems(plugin, host));
        case HostGreeting.Incompatible(String reason) -> problems.add(cant(plugin, reason));
        case HostGreeting.Unreachable(String reason) -> problems.add(cant(plugin, reason));
      }
    } catch (SetupException | IOException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  private static String cant(PluginConfig plugin, String why) {
    return "plugin %s can't be used: %s; try it: deployclaw plugin test %s"
        .formatted(plugin.name(), why, plugin.name());
  }

  /** Starts them again, and waits for each within its bound. */
  public void restart() throws InterruptedException {
    for (var plugin : running) {
      plugin.restart();
    }
  }

  public List<PluginExecutor> executors() {
    return executors;
  }

  /** How often all of them were started. */
  public int starts() {
    return running.stream().mapToInt(RunningPlugin::starts).sum();
  }

  /** How each of them is, by name. */
  public SortedMap<String, HostState> states() {
    var all = new TreeMap<String, HostState>();
    running.forEach(plugin -> all.put(plugin.config().name(), plugin.state()));
    return all;
  }

  /** Who each of them is now, by name: another start may be confined otherwise. */
  public SortedMap<String, HostGreeting> greetings() throws InterruptedException {
    var all = new TreeMap<String, HostGreeting>();
    for (var plugin : running) {
      all.put(plugin.config().name(), plugin.greet());
    }
    return all;
  }

  /**
   * What separates the executors from the agent, plugins included: the layers that a plugin lacks
   * are named {@code plugin/layer}.
   *
   * @param others of the product's own executors
   */
  public ExecutorIsolation isolation(ExecutorIsolation others) {
    var missing = new TreeMap<>(others.missing());
    try {
      for (var plugin : running) {
        missing(plugin)
            .forEach((layer, why) -> missing.put(plugin.config().name() + "/" + layer, why));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      missing.put("plugins", "the question was interrupted");
    }
    var violations = new TreeMap<>(others.violations());
    running.forEach(p -> p.violation().ifPresent(v -> violations.put(p.config().name(), v)));
    return new ExecutorIsolation(others.separate(), others.enforced(), missing, violations);
  }

  private static Map<String, String> missing(RunningPlugin plugin) throws InterruptedException {
    return switch (plugin.greet()) {
      case HostGreeting.Met(var host) -> plugin.missing(host);
      case HostGreeting.Incompatible(String reason) -> Map.of("host", reason);
      case HostGreeting.Unreachable(String reason) -> Map.of("host", reason);
    };
  }

  /** The kernel's table, and what the operator admits of them. */
  public OperationAllowlist table() {
    var table = OperationAllowlist.KERNEL;
    for (var executor : executors) {
      table = table.admitting(executor.name(), only(executor, false), only(executor, true));
    }
    return table;
  }

  /** Those of a participant's six, or the others. */
  private static Set<String> only(PluginExecutor executor, boolean six) {
    return executor.verbs().stream()
        .filter(verb -> BackendExecutor.PARTICIPANT_VERBS.contains(verb) == six)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void close() {
    running.forEach(RunningPlugin::close);
  }
}
