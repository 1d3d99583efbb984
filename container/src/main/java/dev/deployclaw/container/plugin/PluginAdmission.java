package dev.deployclaw.container.plugin;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.executors.wire.HostDescription;
import dev.deployclaw.executors.wire.OfferedExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** What a plugin declares against what the operator admits of it. */
final class PluginAdmission {
  private PluginAdmission() {}

  /** Every problem, with its remedy. */
  static List<String> problems(PluginConfig plugin, HostDescription said) {
    var names = said.executors().stream().map(OfferedExecutor::name).toList();
    if (!names.equals(List.of(plugin.name()))) {
      return List.of(
          "plugin %s calls itself %s; correct its name under plugins, or the program"
              .formatted(plugin.name(), names));
    }
    var declared = said.executors().getFirst().operations();
    var problems = new ArrayList<String>();
    plugin
        .operations()
        .forEach((verb, word) -> {
          var claim = declared.get(verb);
          if (claim == null) {
            problems.add(
                "plugin %s has no operation %s; drop it: it has %s"
                    .formatted(plugin.name(), verb, declared.keySet()));
          } else if (claim.compareTo(admitted(word)) > 0) {
            problems.add(
                "plugin %s says that %s is of class %s, and the configuration admits %s; raise it there, or drop it"
                    .formatted(plugin.name(), verb, claim.word(), word));
          }
        });
    return problems;
  }

  /** What the kernel may ask: an operation that isn't admitted isn't there. */
  static OfferedExecutor offered(PluginConfig plugin) {
    var operations = new TreeMap<String, EffectClass>();
    plugin
        .operations()
        .forEach((verb, word) ->
            operations.put(verb, admitted(PluginConfig.LEAST.getOrDefault(verb, word))));
    return new OfferedExecutor(plugin.name(), operations);
  }

  private static EffectClass admitted(String word) {
    return EffectClass.valueOf(word.toUpperCase(Locale.ROOT));
  }
}
