package dev.deployclaw.container.doctor;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.skill.LoadedPlugins;
import java.util.List;
import java.util.stream.Collectors;

/** Which plugins are admitted, by which hash, and what skills may ask them. */
final class PluginCheck {
  private static final String ABOUT = "plugins";
  private static final int SHORT = 12;

  private PluginCheck() {}

  /** They were loaded just as they are admitted, or this agent wouldn't have started. */
  static List<Diagnosis> examine(List<PluginConfig> admitted, LoadedPlugins loaded) {
    return admitted.isEmpty()
        ? List.of(Diagnosis.skipped(ABOUT, "no plugin is admitted"))
        : admitted.stream().map(jar -> Diagnosis.ok(ABOUT, words(jar, loaded))).toList();
  }

  private static String words(PluginConfig jar, LoadedPlugins loaded) {
    return "%s, SHA-256 %s…: %s"
        .formatted(
            jar.jar().getFileName(),
            jar.sha256().substring(0, SHORT),
            jar.operations().keySet().stream()
                .map(operation -> operation + " (" + effect(operation, loaded) + ")")
                .collect(Collectors.joining(", ")));
  }

  /** What counts: the most of what the configuration and the jar say. */
  private static String effect(String operation, LoadedPlugins loaded) {
    int dot = operation.indexOf('.');
    return loaded.executors().stream()
        .filter(e -> e.name().equals(operation.substring(0, dot)))
        .findFirst()
        .map(e ->
            e.refusal(operation.substring(dot + 1)).isEmpty()
                ? "skills may use it"
                : "no skill may use it, since it does more than observe")
        .orElse("not loaded");
  }
}
