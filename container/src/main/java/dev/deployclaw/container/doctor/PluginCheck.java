package dev.deployclaw.container.doctor;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.host.HostState;
import dev.deployclaw.container.plugin.AdmittedPlugins;
import dev.deployclaw.executors.remote.HostGreeting;
import dev.deployclaw.executors.wire.HostDescription;
import dev.deployclaw.executors.wire.IsolationFinding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which plugins are admitted, by which hash, what they may do, and what confines them. */
final class PluginCheck {
  private static final String ABOUT = "plugins";
  private static final int SHORT = 12;

  private PluginCheck() {}

  static List<Diagnosis> examine(List<PluginConfig> admitted, AdmittedPlugins running)
      throws InterruptedException {
    if (admitted.isEmpty()) {
      return List.of(Diagnosis.skipped(ABOUT, "no plugin is admitted"));
    }
    var greetings = running.greetings();
    var states = running.states();
    var found = new ArrayList<Diagnosis>();
    for (var plugin : admitted) {
      switch (greetings.get(plugin.name())) {
        case HostGreeting.Met(var host) -> {
          found.addAll(met(plugin, host));
          again(plugin, states.get(plugin.name())).ifPresent(found::add);
        }
        case HostGreeting.Incompatible(String reason) ->
            found.add(Diagnosis.error(ABOUT, plugin.name() + ": " + reason, remedy(plugin)));
        case HostGreeting.Unreachable(String reason) ->
            found.add(Diagnosis.unreachable(ABOUT, plugin.name() + ": " + reason));
        case null -> throw new IllegalStateException(plugin.name() + " isn't there");
      }
    }
    return found;
  }

  private static String remedy(PluginConfig plugin) {
    return "try it: deployclaw plugin test " + plugin.name();
  }

  private static List<Diagnosis> met(PluginConfig plugin, HostDescription host) {
    var found = new ArrayList<>(List.of(Diagnosis.ok(ABOUT, words(plugin))));
    var open =
        host.isolation().stream()
            .filter(layer -> !layer.enforced())
            .map(IsolationFinding::name)
            .toList();
    if (!open.isEmpty()) {
      String gaps = plugin.name() + " lacks the layers " + String.join(", ", open);
      found.add(Diagnosis.warning(ABOUT, gaps, "see docs/tasks/container.md"));
    }
    return found;
  }

  private static Optional<Diagnosis> again(PluginConfig plugin, @Nullable HostState state) {
    return state instanceof HostState.Up(long _, Instant since, Optional<String> lastEnd)
        ? lastEnd.map(why ->
            Diagnosis.warning(
                ABOUT,
                "%s was started again at %s: %s".formatted(plugin.name(), since, why),
                remedy(plugin)))
        : Optional.empty();
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
