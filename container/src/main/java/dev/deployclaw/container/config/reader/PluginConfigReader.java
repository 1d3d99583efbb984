package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads the list {@code plugins}; without it no jar is loaded. */
final class PluginConfigReader {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern OPERATION =
      Pattern.compile("[a-z][a-z0-9-]{0,62}\\.[a-z][a-z0-9-]{0,62}");
  private static final List<String> EFFECTS = List.of("observe", "stage", "activate", "destroy");

  private final Function<String, Path> absolute;

  PluginConfigReader(Function<String, Path> absolute) {
    this.absolute = absolute;
  }

  List<PluginConfig> read(ConfigSection root) {
    var owners = new HashSet<String>();
    return root.sections("plugins").stream().map(f -> plugin(f, owners)).toList();
  }

  private PluginConfig plugin(ConfigSection f, Set<String> owned) {
    var jar = absolute.apply(f.required("jar"));
    String sha256 = f.required("sha256");
    if (!sha256.isEmpty() && !HASH.matcher(sha256).matches()) {
      f.wrong("sha256", "isn't a SHA-256", "write the 64 hexadecimal digits that sha256sum prints");
    }
    var operations = f.textMap("operations");
    if (operations.isEmpty()) {
      f.problem("operations", f.line(), "admits nothing", "write name.operation: observe");
    }
    operations.forEach((name, effect) -> check(f, Map.entry(name, effect), owned));
    f.done();
    return new PluginConfig(jar, sha256, new TreeMap<>(operations));
  }

  private static void check(
      ConfigSection f, Map.Entry<String, String> operation, Set<String> owned) {
    String name = operation.getKey();
    if (!OPERATION.matcher(name).matches()) {
      f.wrong("operations", "\"" + name + "\" isn't an operation", "write plugin.operation");
    }
    if (!EFFECTS.contains(operation.getValue())) {
      f.wrong(
          "operations",
          name + " is \"" + operation.getValue() + "\", not one of " + EFFECTS,
          "name the highest class that it needs");
    }
    if (!owned.add(name)) {
      f.wrong("operations", name + " is admitted twice", "leave it with one jar");
    }
  }
}
