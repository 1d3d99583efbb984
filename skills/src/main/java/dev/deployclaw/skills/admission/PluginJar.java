package dev.deployclaw.skills.admission;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.model.DnsLabel;
import dev.deployclaw.skills.plugin.Effect;
import dev.deployclaw.skills.plugin.Plugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Opens a plugin jar. Its bytes are read once and hashed; what is loaded is a copy of just these
 * bytes, so that a jar that is exchanged afterwards changes nothing. No class of it is touched
 * before its hash was found admitted.
 */
public final class PluginJar {
  private static final long MOST_BYTES = 32L << 20;
  private static final Pattern VERB = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  /** The kernel's own; no plugin is called that. */
  private static final Set<String> KERNEL = Set.of("policies", "checkpoint", "change", "repair");

  private final PluginAdmission admission;
  private final List<String> problems = new ArrayList<>();

  private PluginJar(PluginAdmission admission) {
    this.admission = admission;
  }

  /** What opening it came to. */
  public sealed interface Opening {
    /** It is loaded. Closing lets go of its classes. */
    record Opened(List<PluginExecutor> executors, AutoCloseable classes) implements Opening {
      public Opened {
        executors = List.copyOf(executors);
      }
    }

    /** It isn't, and why: every problem with its remedy. */
    record Refused(List<String> problems) implements Opening {
      public Refused {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * @param copies a folder that only the agent writes
   */
  public static Opening open(PluginAdmission admission, Path copies) {
    return new PluginJar(admission).open(copies);
  }

  private Opening open(Path copies) {
    byte[] bytes;
    Path copy;
    try {
      if (Files.size(admission.jar()) > MOST_BYTES) {
        return refused(admission.jar() + " is larger than 32 MiB; give a smaller jar");
      }
      bytes = Files.readAllBytes(admission.jar());
      String sha256 = CanonicalJson.sha256(bytes);
      if (!sha256.equals(admission.sha256())) {
        return refused(
            ("%s has the hash %s, and %s is admitted; review the changes, then write "
                    + "its hash into the configuration")
                .formatted(admission.jar(), sha256, admission.sha256()));
      }
      copy = kept(bytes, copies.resolve(sha256 + ".jar"));
    } catch (IOException e) {
      return refused(
          "%s can't be read: %s; check the path and its permissions".formatted(admission.jar(), e));
    }
    return loaded(copy);
  }

  private Opening loaded(Path copy) {
    PluginClassLoader loader;
    try {
      loader = new PluginClassLoader(copy.toUri().toURL());
    } catch (IOException e) {
      return refused(copy + " has no URL: " + e);
    }
    var executors = executors(loader);
    if (problems.isEmpty()) {
      return new Opening.Opened(executors, loader);
    }
    try (loader) {
      return new Opening.Refused(problems);
    } catch (IOException e) {
      return refused(copy + " can't be closed: " + e);
    }
  }

  private List<PluginExecutor> executors(PluginClassLoader loader) {
    var out = new ArrayList<PluginExecutor>();
    var provided = new HashSet<String>();
    try {
      for (Plugin plugin : ServiceLoader.load(Plugin.class, loader)) {
        out.add(executor(plugin, provided));
      }
    } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
      problem("can't be loaded: " + e, "replace the jar");
      return List.of();
    }
    if (out.isEmpty()) {
      problem("provides no plugin", "list it in META-INF/services/" + Plugin.class.getName());
    } else {
      absent(provided);
    }
    return out;
  }

  private PluginExecutor executor(Plugin plugin, Set<String> provided) {
    String name = plugin.name();
    if (!DnsLabel.isLabel(name) || KERNEL.contains(name)) {
      problem("names a plugin \"" + name + "\"", "choose a DNS label that isn't the kernel's");
    }
    var claims = new TreeMap<>(plugin.operations());
    claims.keySet().stream()
        .filter(verb -> !VERB.matcher(verb).matches())
        .forEach(verb -> problem("has an operation \"" + verb + "\"", "use a-z, 0-9 and hyphens"));
    var entries = new TreeMap<String, Effect>();
    claims.forEach((verb, claim) -> {
      String operation = name + "." + verb;
      if (!provided.add(operation)) {
        problem("provides " + operation + " twice", "give each plugin its own name");
      }
      var entry = admission.operations().get(operation);
      if (entry != null) {
        entries.put(verb, entry);
        lower(operation, claim, entry);
      }
    });
    return new PluginExecutor(plugin, name, claims, entries);
  }

  private void lower(String operation, Effect claim, Effect entry) {
    if (claim.compareTo(entry) < 0) {
      problem(
          "says that %s is of class %s, and the configuration says %s"
              .formatted(operation, claim.word(), entry.word()),
          "a jar may only raise the class: correct the jar or the configuration");
    }
  }

  private void absent(Set<String> provided) {
    for (String operation : admission.operations().keySet()) {
      if (!provided.contains(operation)) {
        problem(
            "has no operation " + operation,
            "drop it from the configuration; it has " + String.join(", ", sorted(provided)));
      }
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private void problem(String what, String remedy) {
    problems.add("%s %s; %s".formatted(admission.jar(), what, remedy));
  }

  private static Opening refused(String problem) {
    return new Opening.Refused(List.of(problem));
  }

  private static Path kept(byte[] bytes, Path copy) throws IOException {
    var folder = Files.createDirectories(copy.resolveSibling(""));
    var fresh = Files.createTempFile(folder, ".plugin", ".new");
    try {
      Files.write(fresh, bytes);
      Files.move(fresh, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
    return copy;
  }
}
