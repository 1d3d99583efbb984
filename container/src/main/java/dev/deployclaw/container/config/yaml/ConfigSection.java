package dev.deployclaw.container.config.yaml;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.DocumentNode.Entry;
import dev.deployclaw.policy.document.DocumentNode.Items;
import dev.deployclaw.policy.document.DocumentNode.Mapping;
import dev.deployclaw.policy.document.DocumentNode.Scalar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one mapping and notes every problem instead of stopping at the first. The
 * environment wins over the file: key {@code s3.secretKey} is {@code DEPLOYCLAW_S3_SECRET_KEY}. A
 * wrong value reads as its default, which is never used since a problem was noted.
 */
public final class ConfigSection {
  /** Who logs in, within a URL. */
  private static final Pattern LOGIN = Pattern.compile("://[^/@\\s]+@");

  private final String path;
  private final int line;
  private final Map<String, DocumentNode> nodes = new LinkedHashMap<>();
  private final Set<String> asked = new HashSet<>();
  private final ReadContext reading;

  /** What each key that was asked for came to, defaults included; secrets as stars. */
  private final Map<String, Object> effective = new LinkedHashMap<>();

  /** What all mappings of one file share. */
  public record ReadContext(Map<String, String> environment, List<ConfigProblem> problems) {}

  public ConfigSection(String path, @Nullable DocumentNode node, ReadContext reading) {
    this.path = path;
    this.reading = reading;
    this.line = node == null ? 0 : node.line();
    if (node instanceof Mapping mapping) {
      mapping.entries().forEach(this::add);
    } else if (node != null) {
      problem("", line, "must be a mapping", "write key: value pairs");
    }
  }

  /** Whether the file has any key of this mapping. */
  public boolean isGiven() {
    return !nodes.isEmpty();
  }

  /** The mapping as it is read: defaults included, the environment's word instead of the file's. */
  public Map<String, Object> effective() {
    effective.values().removeIf(v -> v instanceof Map<?, ?> m && m.isEmpty());
    return effective;
  }

  public String text(String key, String otherwise) {
    return note(key, find(key).orElse(otherwise));
  }

  public Optional<String> optional(String key) {
    return find(key).map(v -> note(key, v));
  }

  public String required(String key) {
    return find(key)
        .filter(v -> !v.isBlank())
        .map(v -> note(key, v))
        .orElseGet(() -> {
          problem(key, line, "is required", "add it");
          return "";
        });
  }

  /** A required URL with a host. */
  public String url(String key) {
    String value = required(key);
    if (!value.isEmpty()) {
      note(key, SecretRegistry.learnAddress(value));
      checkUrl(key, value);
    }
    return value;
  }

  /** URLs, at least one. */
  public List<String> urls(String key) {
    var values = some(key);
    values.forEach(value -> checkUrl(key, value));
    return values;
  }

  /** Addresses, {@code host:port}, at least one. */
  public List<String> addresses(String key) {
    var values = some(key);
    values.forEach(value -> checkAddress(key, value));
    return values;
  }

  /**
   * The content of the file under {@code keyFile}, or the value under {@code key}; the one that the
   * environment gives, where only one of them is from there.
   */
  public SecretValue secret(String key, Function<String, Optional<String>> readFile) {
    var file = optional(key + "File");
    var environment = reading.environment();
    boolean told =
        environment.containsKey(variable(key)) && !environment.containsKey(variable(key + "File"));
    if (file.isEmpty() || told) {
      var secret = find(key).map(SecretValue::learnt).orElse(SecretValue.NONE);
      note(key, secret.toString());
      return secret;
    }
    return readFile
        .apply(file.get())
        .map(SecretValue::learnt)
        .orElseGet(() -> {
          problem(
              key + "File",
              line(key + "File"),
              "can't be read",
              "check the path and its permissions");
          return SecretValue.NONE;
        });
  }

  /** Stands for a secret that another process reads; its file stays closed. */
  public SecretValue withheld(String key) {
    boolean given = optional(key + "File").isPresent();
    var told = find(key);
    told.ifPresent(SecretRegistry::learn);
    var secret = given || told.isPresent() ? SecretValue.WITHHELD : SecretValue.NONE;
    note(key, secret.toString());
    return secret;
  }

  /** Values that must never be shown. */
  public List<SecretValue> secrets(String key) {
    var all = texts(key).stream().map(SecretValue::learnt).toList();
    effective.put(key, all.stream().map(SecretValue::toString).toList());
    return all;
  }

  public int whole(String key, int otherwise, int least, int most) {
    return note(key, number(key, otherwise, least, most));
  }

  private int number(String key, int otherwise, int least, int most) {
    var found = find(key);
    if (found.isEmpty()) {
      return otherwise;
    }
    try {
      int n = Integer.parseInt(found.get());
      if (n >= least && n <= most) {
        return n;
      }
    } catch (NumberFormatException e) {
      // falls through to the problem
    }
    problem(key, line(key), "is not a whole number from " + least + " to " + most, "");
    return otherwise;
  }

  public boolean flag(String key, boolean otherwise) {
    String word = choice(key, otherwise ? "true" : "false", List.of("true", "false"));
    return note(key, word.equals("true"));
  }

  public String choice(String key, String otherwise, List<String> words) {
    var found = find(key);
    if (found.isEmpty() || words.contains(found.get())) {
      return note(key, found.orElse(otherwise));
    }
    problem(key, line(key), "\"" + found.get() + "\" is not one of " + words, "");
    return otherwise;
  }

  public Duration duration(String key, Duration otherwise) {
    var duration = length(key, otherwise);
    note(key, DurationFormat.format(duration));
    return duration;
  }

  private Duration length(String key, Duration otherwise) {
    var found = find(key);
    if (found.isEmpty()) {
      return otherwise;
    }
    var duration = DurationFormat.parse(found.get());
    if (duration.isEmpty()) {
      problem(key, line(key), "is not a duration", "write for example 500ms, 5s, 2m, 24h");
    }
    return duration.orElse(otherwise);
  }

  public List<String> texts(String key) {
    var fromEnvironment = reading.environment().get(variable(key));
    asked.add(key);
    return note(
        key,
        fromEnvironment != null
            ? List.of(fromEnvironment.split(","))
            : items(key).stream().map(ConfigSection::scalar).toList());
  }

  public Map<String, String> textMap(String key) {
    asked.add(key);
    var out = new LinkedHashMap<String, String>();
    if (nodes.get(key) instanceof Mapping mapping) {
      mapping.entries().forEach(e -> out.put(e.key(), scalar(e.value())));
    }
    return note(key, out);
  }

  /** A mapping without that key, for what another process reads. */
  public ConfigSection without(String key) {
    asked.add(key);
    return new ConfigSection("", null, new ReadContext(Map.of(), reading.problems()));
  }

  public ConfigSection section(String key) {
    asked.add(key);
    var section = new ConfigSection(at(key), nodes.get(key), reading);
    effective.put(key, section.effective);
    return section;
  }

  public List<ConfigSection> sections(String key) {
    var out = new ArrayList<ConfigSection>();
    for (DocumentNode item : items(key)) {
      out.add(new ConfigSection(at(key) + "[" + out.size() + "]", item, reading));
    }
    effective.put(key, out.stream().map(f -> f.effective).toList());
    return out;
  }

  /** Reads each mapping of a list; a key that {@code read} doesn't ask for is unknown there. */
  public <T> List<T> each(String key, Function<ConfigSection, Optional<T>> read) {
    var out = new ArrayList<T>();
    for (var f : sections(key)) {
      read.apply(f).ifPresent(out::add);
      f.done();
    }
    return out;
  }

  /** Runs {@code make}; what it throws as an illegal argument becomes a problem of this mapping. */
  public <T> Optional<T> make(Supplier<T> make) {
    try {
      return Optional.of(make.get());
    } catch (IllegalArgumentException e) {
      problem("", line, String.valueOf(e.getMessage()), "");
      return Optional.empty();
    }
  }

  /** Call when all keys were asked for: what is left is unknown. */
  public void done() {
    for (var key : nodes.keySet()) {
      if (!asked.contains(key)) {
        problem(key, line(key), "is unknown", SpellingSuggestion.hint(key, asked));
      }
    }
  }

  /** A key of earlier versions: a problem that names its successor. */
  public void renamed(String key, String successor) {
    asked.add(key);
    if (nodes.containsKey(key)) {
      problem(key, line(key), "is now " + successor, "write it there");
    }
  }

  /** A problem of a key that is there. */
  public void wrong(String key, String what, String remedy) {
    problem(key, line(key), what, remedy);
  }

  public void problem(String key, int atLine, String what, String remedy) {
    reading.problems().add(new ConfigProblem(at(key), atLine, what, remedy));
  }

  private void add(Entry entry) {
    String key = entry.key();
    if (nodes.putIfAbsent(key, entry.value()) != null) {
      problem(key, entry.line(), "is given a second time here", "remove one of the two");
    }
  }

  /** At least one. */
  public List<String> some(String key) {
    var values = texts(key);
    if (values.isEmpty()) {
      problem(key, line, "needs at least one entry", "add one");
    }
    return values;
  }

  private void checkUrl(String key, String value) {
    String shown = SecretRegistry.learnAddress(value);
    if (!AddressFormat.isUrl(value)) {
      problem(key, line(key), "\"" + shown + "\" is not a URL", "write for example http://host:80");
    }
  }

  public void checkAddress(String key, String value) {
    if (!AddressFormat.isHostAndPort(value)) {
      problem(key, line(key), "\"" + value + "\" is not host:port", "write for example host:6379");
    }
  }

  private <T> T note(String key, T value) {
    effective.put(key, value instanceof String s ? LOGIN.matcher(s).replaceAll("://***@") : value);
    return value;
  }

  private Optional<String> find(String key) {
    asked.add(key);
    var fromEnvironment = reading.environment().get(variable(key));
    if (fromEnvironment != null) {
      return Optional.of(fromEnvironment);
    }
    var node = nodes.get(key);
    if (node != null && !(node instanceof Scalar)) {
      problem(key, line(key), "must be a single value", "");
      return Optional.empty();
    }
    return Optional.ofNullable(node).map(ConfigSection::scalar);
  }

  private List<DocumentNode> items(String key) {
    asked.add(key);
    var node = nodes.get(key);
    if (node instanceof Items list) {
      return list.items();
    }
    if (node != null) {
      problem(key, line(key), "must be a list", "write - item lines or [a, b]");
    }
    return List.of();
  }

  private String at(String key) {
    if (path.isEmpty() || key.isEmpty()) {
      return path + key;
    }
    return path + "." + key;
  }

  private String variable(String key) {
    String snake =
        at(key).replaceAll("([a-z0-9])([A-Z])", "$1_$2").replaceAll("[^A-Za-z0-9]+", "_");
    return "DEPLOYCLAW_" + snake.toUpperCase(Locale.ROOT);
  }

  /** Where the mapping begins; 0 where it isn't in the file. */
  public int line() {
    return line;
  }

  /** Whether the mapping stands in the file. */
  public boolean present() {
    return line > 0;
  }

  /** Whether the key stands in the file, whatever it holds. */
  public boolean given(String key) {
    return nodes.containsKey(key);
  }

  public int line(String key) {
    var node = nodes.get(key);
    return node == null ? 0 : node.line();
  }

  private static String scalar(DocumentNode node) {
    return node instanceof Scalar s ? s.text() : "";
  }
}
