package dev.deployclaw.testkit.kubernetes.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Containers and volumes of a pod ({@code pkg/apis/core/validation}).
 *
 * @param at where the pod's spec is, such as {@code spec.template.spec}
 */
record PodRules(String at, JsonNode spec, List<FieldError> errors) {
  private static final int HIGHEST_PORT = 65_535;

  void check() {
    var volumes = volumes();
    var names = new HashSet<String>();
    if (spec.path("containers").isEmpty()) {
      errors.add(FieldError.required(at + ".containers"));
    }
    for (String kind : List.of("initContainers", "containers")) {
      int index = 0;
      for (JsonNode container : spec.path(kind)) {
        String place = at + "." + kind + "[" + index++ + "]";
        name(place + ".name", container.path("name"), names);
        container(place, container, volumes);
      }
    }
  }

  private Set<String> volumes() {
    var names = new HashSet<String>();
    int index = 0;
    for (JsonNode volume : spec.path("volumes")) {
      String place = at + ".volumes[" + index++ + "]";
      name(place + ".name", volume.path("name"), names);
      required(place, volume, "configMap", "name");
      required(place, volume, "secret", "secretName");
      required(place, volume, "persistentVolumeClaim", "claimName");
      if (volume.size() > 2) {
        errors.add(FieldError.forbidden(place, "may not specify more than 1 volume type"));
      }
      items(place, volume);
    }
    return names;
  }

  private void required(String place, JsonNode volume, String kind, String field) {
    if (volume.has(kind) && volume.path(kind).path(field).asText().isEmpty()) {
      errors.add(FieldError.required(place + "." + kind + "." + field));
    }
  }

  private void items(String place, JsonNode volume) {
    int index = 0;
    for (JsonNode source : volume.at("/projected/sources")) {
      String one = place + ".projected.sources[" + index++ + "]";
      if (source.size() > 1) {
        errors.add(FieldError.forbidden(one, "may not specify more than 1 volume type"));
      }
      if (source.has("configMap") && source.at("/configMap/name").asText().isEmpty()) {
        errors.add(FieldError.required(one + ".configMap.name"));
      }
    }
  }

  private void name(String field, JsonNode name, Set<String> taken) {
    if (name.asText().isEmpty()) {
      errors.add(FieldError.required(field));
      return;
    }
    NameRules.label(name.asText())
        .ifPresent(why -> errors.add(FieldError.invalid(field, name, why)));
    if (!taken.add(name.asText())) {
      errors.add(FieldError.duplicate(field, name));
    }
  }

  private void container(String place, JsonNode container, Set<String> volumes) {
    if (container.path("image").asText().isEmpty()) {
      errors.add(FieldError.required(place + ".image"));
    }
    var paths = new HashSet<String>();
    int index = 0;
    for (JsonNode mount : container.path("volumeMounts")) {
      String one = place + ".volumeMounts[" + index++ + "]";
      JsonNode path = mount.path("mountPath");
      if (!volumes.contains(mount.path("name").asText())) {
        errors.add(FieldError.notFound(one + ".name", mount.path("name")));
      }
      if (path.asText().isEmpty()) {
        errors.add(FieldError.required(one + ".mountPath"));
      } else if (!paths.add(path.asText())) {
        errors.add(FieldError.invalid(one + ".mountPath", path, "must be unique"));
      }
    }
    ports(place, container);
  }

  private void ports(String place, JsonNode container) {
    int index = 0;
    for (JsonNode port : container.path("ports")) {
      String one = place + ".ports[" + index++ + "].containerPort";
      int number = port.path("containerPort").asInt();
      if (number == 0) {
        errors.add(FieldError.required(one));
      } else if (number < 0 || number > HIGHEST_PORT) {
        errors.add(
            FieldError.invalid(
                one, port.path("containerPort"), "must be between 1 and 65535, inclusive"));
      }
    }
  }
}
