package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.policy.model.DnsLabel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads the list {@code plugins}; without it no plugin is started. */
record PluginConfigReader(Function<String, Path> absolute) {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern VERB = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Pattern MEMBER = Pattern.compile("[a-z0-9][a-z0-9.:_/-]{0,199}");
  private static final List<String> EFFECTS = List.of("observe", "stage", "activate", "destroy");
  private static final Duration START = Duration.ofSeconds(30);
  private static final int HIGHEST_PORT = 65_535;
  private static final int HIGHEST_USER = 65_533;

  /** The kernel's own, and the product's executors; no plugin is called that. */
  private static final Set<String> KERNEL =
      Set.of(
          ("policies checkpoint change repair configuration docker etcd gateway "
                  + "kubernetes probe ratelimit redis s3 sources")
              .split(" ", -1));

  List<PluginConfig> read(ConfigSection root) {
    var names = new HashSet<String>();
    return root.sections("plugins").stream().map(f -> plugin(f, names)).toList();
  }

  private PluginConfig plugin(ConfigSection f, Set<String> taken) {
    String name = f.required("name");
    checkName(f, name, taken);
    var program = program(f);
    var operations = f.textMap("operations");
    if (operations.isEmpty()) {
      f.problem("operations", f.line(), "admits nothing", "write for example status: observe");
    }
    operations.forEach((verb, effect) -> checkOperation(f, verb, effect));
    var members = f.texts("members");
    checkParticipant(f, operations.keySet(), members);
    var plugin =
        new PluginConfig(
            name,
            program,
            new TreeMap<>(operations),
            members,
            rights(f.section("rights")),
            f.duration("start", START));
    f.done();
    return plugin;
  }

  private static void checkName(ConfigSection f, String name, Set<String> taken) {
    if (name.isEmpty()) {
      return;
    }
    if (!DnsLabel.isLabel(name)) {
      f.wrong("name", "\"" + name + "\" isn't a DNS label", "rename the plugin");
    } else if (KERNEL.contains(name)) {
      f.wrong("name", name + " is the kernel's own", "rename the plugin");
    } else if (!taken.add(name)) {
      f.wrong("name", "there is a plugin " + name + " already", "rename one of the two");
    }
  }

  private PluginConfig.Program program(ConfigSection f) {
    String path = f.required("program");
    var files = new TreeMap<Path, String>();
    f.textMap("files")
        .forEach((file, hash) -> {
          checkHash(f, "files", hash);
          files.put(absolute.apply(file), hash);
        });
    String sha256 = f.required("sha256");
    if (!sha256.isEmpty()) {
      checkHash(f, "sha256", sha256);
    }
    var arguments =
        f.texts("arguments").stream()
            .map(word -> files.containsKey(absolute.apply(word)) ? absolute.apply(word) : word)
            .map(Object::toString)
            .toList();
    return new PluginConfig.Program(absolute.apply(path), sha256, arguments, files);
  }

  private static void checkHash(ConfigSection f, String key, String hash) {
    if (!HASH.matcher(hash).matches()) {
      f.wrong(key, "isn't a SHA-256", "write the 64 hexadecimal digits that sha256sum prints");
    }
  }

  private static void checkOperation(ConfigSection f, String verb, String effect) {
    boolean participants = PluginConfig.LEAST.containsKey(verb);
    String least = PluginConfig.LEAST.getOrDefault(verb, "observe");
    if (!VERB.matcher(verb).matches()) {
      f.wrong("operations", "\"" + verb + "\" isn't an operation", "write a verb, as status");
    } else if (!EFFECTS.contains(effect)) {
      f.wrong(
          "operations", verb + " is \"" + effect + "\", not one of " + EFFECTS, "name its class");
    } else if (!participants && !effect.equals("observe")) {
      f.wrong(
          "operations", verb + " isn't one of a participant's six", "drop it, or admit observe");
    } else if (EFFECTS.indexOf(effect) < EFFECTS.indexOf(least)) {
      f.wrong("operations", verb + " is of class " + least, "admit " + least + ", or drop all six");
    }
  }

  /** All six, with members, or none. */
  private static void checkParticipant(ConfigSection f, Set<String> verbs, List<String> members) {
    var six = new TreeSet<>(PluginConfig.LEAST.keySet());
    six.removeAll(verbs);
    boolean some = six.size() < PluginConfig.LEAST.size();
    if (some && !six.isEmpty()) {
      String missing = String.join(", ", six);
      f.wrong("operations", "lacks " + missing, "admit all six of a participant, or none");
    }
    if (some && members.isEmpty()) {
      f.problem("members", f.line(), "is required of a participant", "name each that must vote");
    }
    if (!some && !members.isEmpty()) {
      f.wrong("members", "is only for a participant", "drop it, or admit the six operations");
    }
    members.stream()
        .filter(m -> !MEMBER.matcher(m).matches())
        .forEach(m -> f.wrong("members", "\"" + m + "\" isn't a member's name", "write as eu-1"));
  }

  private PluginConfig.Rights rights(ConfigSection f) {
    var ports = new TreeSet<Integer>();
    for (String port : f.texts("connect")) {
      boolean number = port.matches("\\d{1,5}") && Integer.parseInt(port) <= HIGHEST_PORT;
      if (number) {
        ports.add(Integer.parseInt(port));
      } else {
        f.wrong("connect", "\"" + port + "\" isn't a TCP port", "write numbers, as [8081]");
      }
    }
    var rights =
        new PluginConfig.Rights(
            f.whole("user", PluginConfig.Rights.USER, 0, HIGHEST_USER),
            paths(f, "read"),
            paths(f, "write"),
            paths(f, "execute"),
            ports);
    f.done();
    return rights;
  }

  private List<Path> paths(ConfigSection f, String key) {
    return f.texts(key).stream().map(absolute).toList();
  }
}
