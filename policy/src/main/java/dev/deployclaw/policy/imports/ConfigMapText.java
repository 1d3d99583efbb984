package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.parse.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a ConfigMap that services take limits from: a number for each tenant, each a key of its
 * data or together in a text of YAML.
 */
final class ConfigMapText {
  private static final List<String> MANAGERS =
      List.of(
          "app.kubernetes.io/managed-by",
          "meta.helm.sh/release-name",
          "argocd.argoproj.io/instance",
          "argocd.argoproj.io/tracking-id",
          "kustomize.toolkit.fluxcd.io/name");

  private ConfigMapText() {}

  /**
   * @param strange places of data that are no limits
   * @param writers who manages the object, in words
   */
  record Read(
      List<Found> found, List<String> strange, List<String> writers, List<Problem> problems) {}

  static Read read(String source, String text) {
    var out = new Read(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    try {
      var root = TreeReader.read(source, text);
      if (root.isPresent() && root.get() instanceof Tree.Fields object && isConfigMap(object)) {
        object(source, object, out);
      } else {
        out.problems()
            .add(new Problem(source, "", 1, 1, "no ConfigMap", "give its manifest in YAML"));
      }
    } catch (TreeReader.Unread e) {
      out.problems().add(e.problem());
    }
    return out;
  }

  private static boolean isConfigMap(Tree.Fields object) {
    return object
        .get("kind")
        .filter(k -> k instanceof Tree.Text t && t.text().equals("ConfigMap"))
        .isPresent();
  }

  private static void object(String source, Tree.Fields object, Read out) {
    if (object.get("data").orElse(null) instanceof Tree.Fields data) {
      data.fields().forEach(field -> entry(source, field, out));
    }
    if (object.get("metadata").orElse(null) instanceof Tree.Fields metadata) {
      writers(source, metadata, out);
    }
  }

  private static void entry(String source, Tree.Field field, Read out) {
    String place = source + ":" + field.line();
    if (!(field.value() instanceof Tree.Text text)) {
      out.strange().add(place);
      return;
    }
    if (GoYaml.whole(text.text().strip()).isPresent()) {
      out.found().add(found(place, field.name(), text.text().strip()));
      return;
    }
    var inner = inner(place, text.text());
    inner.ifPresentOrElse(out.found()::addAll, () -> out.strange().add(place));
  }

  /** A text of YAML: tenants and their numbers. Empty where it is something else. */
  private static Optional<List<Found>> inner(String place, String text) {
    try {
      var root = TreeReader.read(place, text);
      if (root.isEmpty() || !(root.get() instanceof Tree.Fields fields)) {
        return Optional.empty();
      }
      List<Found> out = new ArrayList<>();
      for (var field : fields.fields()) {
        if (!(field.value() instanceof Tree.Text number)) {
          return Optional.empty();
        }
        out.add(found(place, field.name(), number.text()));
      }
      return Optional.of(out);
    } catch (TreeReader.Unread e) {
      return Optional.empty();
    }
  }

  private static Found found(String place, String tenant, String value) {
    return new Found(place, tenant, Optional.empty(), value, false);
  }

  private static void writers(String source, Tree.Fields metadata, Read out) {
    for (String part : List.of("labels", "annotations")) {
      if (metadata.get(part).orElse(null) instanceof Tree.Fields fields) {
        for (String name : MANAGERS) {
          if (fields.get(name).orElse(null) instanceof Tree.Text value) {
            out.writers().add(source + ": " + name + " " + value.text());
          }
        }
      }
    }
    each(metadata, "ownerReferences", "name")
        .forEach(owner -> out.writers().add(source + ": owned by " + owner));
    each(metadata, "managedFields", "manager")
        .forEach(who -> out.writers().add(source + ": written by " + who));
  }

  /** A field of each item of a list. */
  private static List<String> each(Tree.Fields metadata, String list, String name) {
    List<String> out = new ArrayList<>();
    if (metadata.get(list).orElse(null) instanceof Tree.Items items) {
      for (Tree item : items.items()) {
        if (item instanceof Tree.Fields fields
            && fields.get(name).orElse(null) instanceof Tree.Text value) {
          out.add(value.text());
        }
      }
    }
    return out;
  }
}
