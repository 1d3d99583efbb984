package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.document.BoundedYamlReader;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.DocumentNode.Items;
import dev.deployclaw.policy.document.DocumentNode.Mapping;
import dev.deployclaw.policy.document.DocumentNode.Scalar;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.document.UnreadableDocumentException;
import dev.deployclaw.policy.document.YamlDialect;
import dev.deployclaw.policy.imports.yaml.GoYamlScalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one configuration file of envoyproxy/ratelimit, and refuses what its loader refuses. The
 * loader ends at its first error; here all are told, each with its line.
 */
final class DescriptorFileReader {
  private static final Set<String> KEYS =
      Set.of(
          ("domain key value descriptors rate_limit unit requests_per_unit unlimited"
                  + " shadow_mode quota_mode name replaces detailed_metric value_to_metric"
                  + " share_threshold metadata")
              .split(" ", -1));

  private static final Set<String> UNITS =
      Set.of("second", "minute", "hour", "day", "week", "month", "year");

  /** Keys that say nothing about who is admitted. */
  private static final List<String> NOT_ABOUT_LIMITS =
      List.of("detailed_metric", "value_to_metric", "metadata");

  private static final long MOST_REQUESTS = 0xffff_ffffL;
  private static final int MOST_PROBLEMS = 100;

  private final String source;
  private final List<DocumentProblem> problems = new ArrayList<>();

  private DescriptorFileReader(String source) {
    this.source = source;
  }

  /** A file as it was read: its domain, and whatever its loader would refuse. */
  record Read(Optional<DescriptorRule.Domain> domain, List<DocumentProblem> problems) {}

  static Read read(String source, String text) {
    var file = new DescriptorFileReader(source);
    Optional<DescriptorRule.Domain> domain = Optional.empty();
    try {
      var root = BoundedYamlReader.read(text, YamlDialect.FOREIGN);
      if (root.isPresent() && root.get() instanceof Mapping fields) {
        file.keys(fields, "");
        domain = Optional.of(file.domain(fields));
      } else {
        int line = root.map(DocumentNode::line).orElse(0);
        file.refuse("", line, "not a mapping", "write domain: and descriptors:");
      }
    } catch (UnreadableDocumentException e) {
      file.problems.add(e.problem(source));
    }
    return new Read(domain.filter(_ -> file.problems.isEmpty()), List.copyOf(file.problems));
  }

  /** The loader's first pass: every key is known wherever it stands, every list holds mappings. */
  private void keys(Mapping fields, String path) {
    for (var field : fields.entries()) {
      String at = path.isEmpty() ? field.key() : path + "." + field.key();
      if (GoYamlScalar.of(field.name()) != GoYamlScalar.TEXT) {
        refuse(at, field.line(), "a key that isn't text", "put it in quotes, or correct it");
      } else if (!KEYS.contains(field.key())) {
        refuse(
            at,
            field.line(),
            "unknown key " + field.key(),
            "remove it: the loader of ratelimit refuses the file");
      } else {
        value(field.value(), at);
      }
    }
  }

  private void value(DocumentNode value, String path) {
    switch (value) {
      case Mapping fields -> keys(fields, path);
      case Items items -> {
        for (int i = 0; i < items.items().size(); i++) {
          String at = path + "[" + i + "]";
          if (items.items().get(i) instanceof Mapping fields) {
            keys(fields, at);
          } else {
            refuse(
                at,
                items.items().get(i).line(),
                "a list entry that isn't a mapping",
                "write each entry as key: value");
          }
        }
      }
      case Scalar text -> {
        if (GoYamlScalar.of(text) == GoYamlScalar.FRACTION) {
          refuse(path, text.line(), "a number with a fraction: " + text.text(), "quote it");
        }
      }
    }
  }

  private DescriptorRule.Domain domain(Mapping root) {
    String name = text(root, "domain", "");
    if (name.isEmpty()) {
      refuse("domain", root.line(), "empty domain", "name the domain that Envoy sends");
    }
    return new DescriptorRule.Domain(source, name, descriptors(root, ""));
  }

  private List<DescriptorRule> descriptors(Mapping owner, String path) {
    List<DescriptorRule> out = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    var list = list(owner, "descriptors", path);
    for (int i = 0; i < list.size(); i++) {
      String at = (path.isEmpty() ? "" : path + ".") + "descriptors[" + i + "]";
      var descriptor = descriptor(list.get(i), at);
      var first = seen.putIfAbsent(descriptor.composite(), descriptor.line());
      if (first != null) {
        refuse(
            at,
            descriptor.line(),
            "duplicate composite key " + descriptor.composite(),
            "the first is in line " + first + "; a key and its value are joined by _");
      }
      out.add(descriptor);
    }
    return out;
  }

  private DescriptorRule descriptor(Mapping fields, String path) {
    String key = text(fields, "key", path);
    String value = text(fields, "value", path);
    if (key.isEmpty()) {
      refuse(path, fields.line(), "a descriptor with an empty key", "add key");
    }
    boolean share = flag(fields, "share_threshold", path);
    if (share && !value.contains("*")) {
      refuse(path, fields.line(), "share_threshold without *", "it is for values with a wildcard");
    }
    var others = NOT_ABOUT_LIMITS.stream().filter(name -> present(fields, name)).toList();
    var marks =
        new DescriptorRule.Marks(
            flag(fields, "shadow_mode", path), flag(fields, "quota_mode", path), share, others);
    return new DescriptorRule(
        key, value, rate(fields, path), descriptors(fields, path), marks, path, fields.line());
  }

  private Optional<DescriptorRule.Rate> rate(Mapping owner, String path) {
    var given = owner.get("rate_limit").filter(t -> !nothing(t));
    String at = path + ".rate_limit";
    if (given.isPresent() && !(given.get() instanceof Mapping)) {
      refuse(at, given.get().line(), "rate_limit isn't a mapping", "write unit and requests");
    }
    if (given.isEmpty() || !(given.get() instanceof Mapping fields)) {
      return Optional.empty();
    }
    String unit = text(fields, "unit", at).toLowerCase(Locale.ROOT);
    boolean unlimited = flag(fields, "unlimited", at);
    boolean known = UNITS.contains(unit);
    if (unlimited && known) {
      refuse(at + ".unit", fields.line(), "unlimited, and a unit", "leave one of the two out");
    }
    if (!unlimited && !known) {
      refuse(
          at + ".unit",
          fields.line(),
          "not a unit: \"" + unit + "\"",
          "write second, minute, hour, day, week, month or year");
    }
    String name = text(fields, "name", at);
    var rate =
        new DescriptorRule.Rate(unit, requests(fields, at), unlimited, name, replaces(fields, at));
    if (rate.replaces().contains("")) {
      refuse(at + ".replaces", fields.line(), "an empty replaces entry", "name a rule");
    } else if (rate.replaces().contains(name)) {
      refuse(at + ".replaces", fields.line(), "a rule replaces itself", "name another rule");
    }
    return Optional.of(rate);
  }

  private List<String> replaces(Mapping owner, String path) {
    return list(owner, "replaces", path).stream().map(f -> text(f, "name", path)).toList();
  }

  private long requests(Mapping fields, String path) {
    var given = fields.get("requests_per_unit").filter(t -> !nothing(t));
    if (given.isEmpty()) {
      return 0;
    }
    var number =
        given.get() instanceof Scalar text && GoYamlScalar.of(text) == GoYamlScalar.WHOLE
            ? GoYamlScalar.whole(text.text()).filter(n -> n >= 0 && n <= MOST_REQUESTS)
            : Optional.<Long>empty();
    if (number.isEmpty()) {
      refuse(
          path + ".requests_per_unit",
          given.get().line(),
          "not a whole number from 0 to " + MOST_REQUESTS,
          "write digits, without quotes");
    }
    return number.orElse(0L);
  }

  private boolean flag(Mapping fields, String name, String path) {
    var given = fields.get(name).filter(t -> !nothing(t));
    if (given.isPresent()
        && given.get() instanceof Scalar text
        && GoYamlScalar.of(text) == GoYamlScalar.FLAG) {
      return GoYamlScalar.flag(text.text());
    }
    given.ifPresent(t -> refuse(path + "." + name, t.line(), "not a flag", "true or false"));
    return false;
  }

  /** Text as it was written, a number and a flag too; empty where it is absent or nothing. */
  private String text(Mapping fields, String name, String path) {
    var given = fields.get(name).filter(t -> !nothing(t));
    if (given.isPresent() && !(given.get() instanceof Scalar)) {
      refuse(path + "." + name, given.get().line(), "text was expected", "write one value");
    }
    return given.isPresent() && given.get() instanceof Scalar text ? text.text() : "";
  }

  private List<Mapping> list(Mapping owner, String name, String path) {
    var given = owner.get(name).filter(t -> !nothing(t));
    if (given.isPresent() && !(given.get() instanceof Items)) {
      refuse(
          path + "." + name, given.get().line(), "a list was expected", "begin each entry with -");
    }
    if (given.isEmpty() || !(given.get() instanceof Items items)) {
      return List.of();
    }
    return items.items().stream()
        .filter(Mapping.class::isInstance)
        .map(Mapping.class::cast)
        .toList();
  }

  private static boolean present(Mapping fields, String name) {
    return fields.get(name).filter(t -> !nothing(t)).isPresent();
  }

  private static boolean nothing(DocumentNode tree) {
    return tree instanceof Scalar text && text.isNothing();
  }

  private void refuse(String path, int line, String what, String remedy) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(new DocumentProblem(source, path, line, line == 0 ? 0 : 1, what, remedy));
    }
  }
}
