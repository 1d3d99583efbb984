package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.document.BoundedYamlReader;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.DocumentNode.Entry;
import dev.deployclaw.policy.document.DocumentNode.Items;
import dev.deployclaw.policy.document.DocumentNode.Mapping;
import dev.deployclaw.policy.document.DocumentNode.Scalar;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.document.UnreadableDocumentException;
import dev.deployclaw.policy.document.YamlDialect;
import dev.deployclaw.policy.imports.yaml.GoYamlScalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a ConfigMap that services take limits from: a number for each tenant, each a key of its
 * data or together in a text of YAML.
 */
final class ConfigMapLimitReader {
  private static final List<String> MANAGERS =
      List.of(
          "app.kubernetes.io/managed-by",
          "meta.helm.sh/release-name",
          "argocd.argoproj.io/instance",
          "argocd.argoproj.io/tracking-id",
          "kustomize.toolkit.fluxcd.io/name");

  private ConfigMapLimitReader() {}

  /**
   * @param strange places of data that are no limits
   * @param writers who manages the object, in words
   */
  record Read(
      List<FoundLimit> found,
      List<String> strange,
      List<String> writers,
      List<DocumentProblem> problems) {}

  static Read read(String source, String text) {
    var out = new Read(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    try {
      var root = BoundedYamlReader.read(text, YamlDialect.FOREIGN);
      if (root.isPresent() && root.get() instanceof Mapping object && isConfigMap(object)) {
        object(source, object, out);
      } else {
        out.problems()
            .add(
                new DocumentProblem(
                    source,
                    "",
                    1,
                    1,
                    "not a ConfigMap",
                    "give the manifest of a ConfigMap in YAML"));
      }
    } catch (UnreadableDocumentException e) {
      out.problems().add(e.problem(source));
    }
    return out;
  }

  private static boolean isConfigMap(Mapping object) {
    return object
        .get("kind")
        .filter(k -> k instanceof Scalar t && t.text().equals("ConfigMap"))
        .isPresent();
  }

  private static void object(String source, Mapping object, Read out) {
    if (object.get("data").orElse(null) instanceof Mapping data) {
      data.entries().forEach(field -> entry(source, field, out));
    }
    if (object.get("metadata").orElse(null) instanceof Mapping metadata) {
      writers(source, metadata, out);
    }
  }

  private static void entry(String source, Entry field, Read out) {
    String place = source + ":" + field.line();
    if (!(field.value() instanceof Scalar text)) {
      out.strange().add(place);
      return;
    }
    if (GoYamlScalar.whole(text.text().strip()).isPresent()) {
      out.found().add(found(place, field.key(), text.text().strip()));
      return;
    }
    var inner = inner(place, text.text());
    inner.ifPresentOrElse(out.found()::addAll, () -> out.strange().add(place));
  }

  /** A text of YAML: tenants and their numbers. Empty where it is something else. */
  private static Optional<List<FoundLimit>> inner(String place, String text) {
    try {
      var root = BoundedYamlReader.read(text, YamlDialect.FOREIGN);
      if (root.isEmpty() || !(root.get() instanceof Mapping fields)) {
        return Optional.empty();
      }
      List<FoundLimit> out = new ArrayList<>();
      for (var field : fields.entries()) {
        if (!(field.value() instanceof Scalar number)) {
          return Optional.empty();
        }
        out.add(found(place, field.key(), number.text()));
      }
      return Optional.of(out);
    } catch (UnreadableDocumentException e) {
      return Optional.empty();
    }
  }

  private static FoundLimit found(String place, String tenant, String value) {
    return new FoundLimit(place, tenant, Optional.empty(), value, false);
  }

  private static void writers(String source, Mapping metadata, Read out) {
    for (String part : List.of("labels", "annotations")) {
      if (metadata.get(part).orElse(null) instanceof Mapping fields) {
        for (String name : MANAGERS) {
          if (fields.get(name).orElse(null) instanceof Scalar value) {
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
  private static List<String> each(Mapping metadata, String list, String name) {
    List<String> out = new ArrayList<>();
    if (metadata.get(list).orElse(null) instanceof Items items) {
      for (DocumentNode item : items.items()) {
        if (item instanceof Mapping fields
            && fields.get(name).orElse(null) instanceof Scalar value) {
          out.add(value.text());
        }
      }
    }
    return out;
  }
}
