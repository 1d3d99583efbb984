package dev.deployclaw.container.deploy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.lang3.function.Failable;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files of {@code container/kubernetes}, read as the models of Kubernetes' own API. */
final class Manifests {
  static final Path FOLDER = Path.of("kubernetes");
  static final String GATEWAYS = "gateways.yaml";

  private static final String KUSTOMIZATION = "kustomization.yaml";
  private static final String MODELS = "io.fabric8.kubernetes.api.model";

  private final KubernetesSerialization models = new KubernetesSerialization();

  /** Names of all files but the kustomization, which is no object. */
  static List<String> files() {
    try (var files = Files.list(FOLDER)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".yaml") && !f.equals(KUSTOMIZATION))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<?, ?> kustomization() {
    return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text(KUSTOMIZATION));
  }

  /** Names of the keys of each secret that the kustomization makes. */
  static Map<String, Set<String>> generated() {
    var secrets = (List<?>) kustomization().get("secretGenerator");
    return secrets.stream()
        .map(secret -> (Map<?, ?>) secret)
        .collect(
            Collectors.toMap(
                secret -> String.valueOf(secret.get("name")),
                secret ->
                    ((List<?>) secret.get("files"))
                        .stream()
                            .map(String::valueOf)
                            .map(file -> file.replace("secrets/", ""))
                            .collect(Collectors.toCollection(TreeSet::new))));
  }

  List<HasMetadata> all() {
    return files().stream().flatMap(f -> of(f).stream()).toList();
  }

  <T extends HasMetadata> List<T> all(Class<T> kind) {
    return all().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The objects of one file. */
  List<HasMetadata> of(String file) {
    return Arrays.stream(text(file).split("(?m)^---$"))
        .filter(document -> document.lines().anyMatch(line -> line.startsWith("kind:")))
        .map(document -> (HasMetadata) models.unmarshal(document))
        .toList();
  }

  /** Places of fields that the model of an object doesn't know. */
  static List<String> unknownFields(HasMetadata object) {
    var found = new ArrayList<String>();
    if (object instanceof GenericKubernetesResource) {
      found.add("an unknown kind: " + object.getKind());
    }
    look(object, object.getKind() + "/" + object.getMetadata().getName(), found);
    return found;
  }

  /** An object as JSON, for a request. */
  String json(HasMetadata object) {
    return models.asJson(object);
  }

  private static void look(@Nullable Object value, String place, List<String> found) {
    switch (value) {
      case null -> {}
      case Collection<?> items -> items.forEach(item -> look(item, place + "[]", found));
      case Object model when model.getClass().getName().startsWith(MODELS) ->
          lookInto(model, place, found);
      default -> {}
    }
  }

  private static void lookInto(Object model, String place, List<String> found) {
    for (var method : model.getClass().getMethods()) {
      if (method.getParameterCount() > 0 || !method.getName().startsWith("get")) {
        continue;
      }
      call(method, model)
          .ifPresent(value -> {
            if (method.getName().equals("getAdditionalProperties")) {
              ((Map<?, ?>) value).keySet().forEach(field -> found.add(place + ": " + field));
            } else {
              look(value, place + "." + method.getName().substring("get".length()), found);
            }
          });
    }
  }

  private static Optional<Object> call(Method getter, Object model) {
    try {
      return Optional.ofNullable(getter.invoke(model));
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(getter.toString(), e);
    }
  }

  private static String text(String file) {
    return Failable.get(() -> Files.readString(FOLDER.resolve(file)));
  }
}
