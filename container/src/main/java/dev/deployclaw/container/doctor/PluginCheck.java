package dev.deployclaw.container.doctor;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.host.HostState;
import dev.deployclaw.container.plugin.AdmittedPlugins;
import dev.deployclaw.executors.remote.HostGreeting;
import dev.deployclaw.executors.wire.HostDescription;
import dev.deployclaw.executors.wire.IsolationFinding;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Which plugins are admitted, by which hash, what they may do, and what confines them. */
final class PluginCheck {
  private static final int SHORT = 12;

  private PluginCheck() {}

  static List<Diagnosis> examine(List<PluginConfig> admitted, AdmittedPlugins running)
      throws InterruptedException {
    var found = new DiagnosisCollector("plugins");
    if (admitted.isEmpty()) {
      found.skipped("no plugin is admitted");
    }
    var greetings = running.greetings();
    var states = running.states();
    for (var plugin : admitted) {
      String name = plugin.name();
      String remedy = "try it: deployclaw plugin test " + name;
      switch (greetings.get(name)) {
        case HostGreeting.Met(var host) -> {
          met(plugin, host, found);
          if (states.get(name) instanceof HostState.Up(long _, Instant since, var lastEnd)) {
            lastEnd.ifPresent(why ->
                found.warning(
                    "%s was started again at %s: %s".formatted(name, since, why), remedy));
          }
        }
        case HostGreeting.Incompatible(String reason) -> found.error(name + ": " + reason, remedy);
        case HostGreeting.Unreachable(String reason) -> found.unreachable(name + ": " + reason);
        case null -> throw new IllegalStateException(name + " isn't there");
      }
    }
    return found.all();
  }

  private static void met(PluginConfig plugin, HostDescription host, DiagnosisCollector found) {
    found.ok(words(plugin));
    var open =
        host.isolation().stream()
            .filter(layer -> !layer.enforced())
            .map(IsolationFinding::name)
            .toList();
    if (!open.isEmpty()) {
      String gaps = plugin.name() + " lacks the layers " + String.join(", ", open);
      found.warning(gaps, "see docs/tasks/container.md");
    }
  }

  private static String words(PluginConfig plugin) {
    return "%s: %s, SHA-256 %s…; %s%s"
        .formatted(
            plugin.name(),
            plugin.program().path().getFileName(),
            plugin.program().sha256().substring(0, SHORT),
            plugin.operations().entrySet().stream()
                .map(e -> e.getKey() + " (" + e.getValue() + ")")
                .collect(Collectors.joining(", ")),
            plugin.members().isEmpty() ? "" : "; votes for " + String.join(", ", plugin.members()));
  }
}
