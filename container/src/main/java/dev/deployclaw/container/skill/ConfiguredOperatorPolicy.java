package dev.deployclaw.container.skill;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What skills may use here, whatever they declare: the kernel's own operations, the looks of its
 * table, and those that the configuration admits of plugins.
 */
public final class ConfiguredOperatorPolicy implements OperatorPolicy {
  /** Without any plugin. */
  public static final ConfiguredOperatorPolicy KERNEL = new ConfiguredOperatorPolicy(Set.of());

  private final Set<String> plugins;

  private ConfiguredOperatorPolicy(Set<String> plugins) {
    this.plugins = Set.copyOf(plugins);
  }

  public static ConfiguredOperatorPolicy of(AgentConfig config) {
    return of(config.plugins());
  }

  static ConfiguredOperatorPolicy of(List<PluginConfig> admitted) {
    var all = new TreeSet<String>();
    admitted.forEach(plugin ->
        plugin.operations().keySet().forEach(verb -> all.add(plugin.name() + "." + verb)));
    return new ConfiguredOperatorPolicy(all);
  }

  @Override
  public Optional<Denial> denial(String operation) {
    if (KernelPhaseOrder.has(operation) || OperationAllowlist.KERNEL.looks(operation)) {
      return Optional.empty();
    }
    boolean acts = acts(operation);
    if (plugins.contains(operation) && !acts) {
      return Optional.empty();
    }
    return acts
        ? denied(
            "it isn't a read operation, and only the kernel acts",
            "drop it: the phases change.* do it")
        : denied(
            "no executor here performs it",
            "correct its name, or admit the plugin that has it under plugins in the "
                + "configuration");
  }

  /** By its verb alone: the operator admits no plugin to act but as a participant. */
  private boolean acts(String operation) {
    int dot = Math.max(0, operation.indexOf('.'));
    String verb = operation.substring(dot).replace(".", "");
    return OperationAllowlist.KERNEL.verbs(operation.substring(0, dot)).contains(verb)
        || (plugins.contains(operation) && BackendExecutor.PARTICIPANT_VERBS.contains(verb));
  }

  private static Optional<Denial> denied(String why, String remedy) {
    return Optional.of(new Denial(why, remedy));
  }
}
