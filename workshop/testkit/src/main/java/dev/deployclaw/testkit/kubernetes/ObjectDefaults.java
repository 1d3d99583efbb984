package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What an API server makes of what was written before it is kept: it fills in what a writer leaves
 * open ({@code pkg/apis/core/v1/defaults.go}, {@code pkg/apis/apps/v1/defaults.go}), and leaves out
 * what is empty.
 */
final class ObjectDefaults {
  /** 0644, as the number that JSON has for it. */
  private static final int READABLE = 420;

  private static final String QUARTER = "25%";
  private static final int REVISIONS = 10;
  private static final int DEADLINE_SECONDS = 600;
  private static final int GRACE_SECONDS = 30;
  private static final int TOKEN_SECONDS = 3600;
  private static final int PROBE_SECONDS = 10;
  private static final int PROBE_FAILURES = 3;

  private static final List<String> PROBES =
      List.of("livenessProbe", "readinessProbe", "startupProbe");
  private static final Set<String> NEVER_LEFT_OUT = Set.of("containers", "rules", "items");
  private static final Set<String> MAPS =
      Set.of("labels", "annotations", "data", "binaryData", "nodeSelector");

  private ObjectDefaults() {}

  static void fill(ObjectNode object, String kind) {
    tidy(object);
    switch (kind) {
      case "Deployment" -> deployment(object);
      case "Pod" -> pod(object);
      case "ReplicaSet" -> template(object.withObject("/spec"));
      case "Secret" -> set(object, "type", "Opaque");
      case "Namespace" -> namespace(object);
      default -> {}
    }
  }

  private static void deployment(ObjectNode deployment) {
    ObjectNode spec = deployment.withObject("/spec");
    template(spec);
    ObjectNode strategy = spec.withObject("/strategy");
    set(strategy, "type", "RollingUpdate");
    if (strategy.path("type").asText().equals("RollingUpdate")) {
      ObjectNode rolling = strategy.withObject("/rollingUpdate");
      set(rolling, "maxUnavailable", QUARTER);
      set(rolling, "maxSurge", QUARTER);
    }
    set(spec, "revisionHistoryLimit", REVISIONS);
    set(spec, "progressDeadlineSeconds", DEADLINE_SECONDS);
  }

  private static void template(ObjectNode spec) {
    set(spec, "replicas", 1);
    if (spec.at("/template/spec") instanceof ObjectNode pod) {
      podSpec(pod);
    }
  }

  private static void pod(ObjectNode pod) {
    ObjectNode spec = pod.withObject("/spec");
    podSpec(spec);
    if (!spec.has("enableServiceLinks")) {
      spec.put("enableServiceLinks", true);
    }
    set(spec, "serviceAccountName", "default");
  }

  private static void namespace(ObjectNode namespace) {
    JsonNode name = namespace.at("/metadata/name");
    namespace.withObject("/metadata/labels").set("kubernetes.io/metadata.name", name);
    if (!namespace.has("status")) {
      namespace.withObject("/status").put("phase", "Active");
    }
  }

  private static void podSpec(ObjectNode spec) {
    set(spec, "restartPolicy", "Always");
    set(spec, "dnsPolicy", "ClusterFirst");
    set(spec, "schedulerName", "default-scheduler");
    set(spec, "terminationGracePeriodSeconds", GRACE_SECONDS);
    spec.withObject("/securityContext");
    for (String kind : List.of("initContainers", "containers")) {
      objects(spec.path(kind)).forEach(ObjectDefaults::container);
    }
    objects(spec.path("volumes")).forEach(ObjectDefaults::volume);
  }

  private static void container(ObjectNode container) {
    container.withObject("/resources");
    set(container, "terminationMessagePath", "/dev/termination-log");
    set(container, "terminationMessagePolicy", "File");
    String image = container.path("image").asText();
    String tag = image.contains("@") ? "" : image.substring(image.lastIndexOf('/') + 1);
    boolean latest = tag.endsWith(":latest") || (!tag.isEmpty() && !tag.contains(":"));
    set(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
    objects(container.path("ports")).forEach(port -> set(port, "protocol", "TCP"));
    for (ObjectNode variable : objects(container.path("env"))) {
      if (variable.at("/valueFrom/fieldRef") instanceof ObjectNode field) {
        set(field, "apiVersion", "v1");
      }
    }
    for (String probe : PROBES) {
      if (container.path(probe) instanceof ObjectNode fields) {
        probe(fields);
      }
    }
  }

  private static void probe(ObjectNode probe) {
    set(probe, "timeoutSeconds", 1);
    set(probe, "periodSeconds", PROBE_SECONDS);
    set(probe, "successThreshold", 1);
    set(probe, "failureThreshold", PROBE_FAILURES);
    if (probe.path("httpGet") instanceof ObjectNode get) {
      set(get, "scheme", "HTTP");
      set(get, "path", "/");
    }
  }

  /** One without a source is an empty folder: so a file is lost whose reference has no owner. */
  private static void volume(ObjectNode volume) {
    if (volume.size() == 1 && volume.has("name")) {
      volume.putObject("emptyDir");
    }
    for (String kind : List.of("configMap", "projected", "secret", "downwardAPI")) {
      if (volume.path(kind) instanceof ObjectNode source) {
        set(source, "defaultMode", READABLE);
        for (JsonNode part : source.path("sources")) {
          if (part.path("serviceAccountToken") instanceof ObjectNode token) {
            set(token, "expirationSeconds", TOKEN_SECONDS);
          }
        }
      }
    }
  }

  private static void set(ObjectNode object, String field, String value) {
    if (!object.has(field)) {
      object.put(field, value);
    }
  }

  private static void set(ObjectNode object, String field, int value) {
    if (!object.has(field)) {
      object.put(field, value);
    }
  }

  private static List<ObjectNode> objects(JsonNode list) {
    var out = new ArrayList<ObjectNode>();
    for (JsonNode item : list) {
      if (item instanceof ObjectNode object) {
        out.add(object);
      }
    }
    return out;
  }

  /** Without nulls, empty lists and empty maps; numbers as they are read again. */
  private static void tidy(ObjectNode object) {
    for (String name : names(object)) {
      JsonNode value = object.path(name);
      if (value instanceof ObjectNode below) {
        tidy(below);
      } else if (value instanceof ArrayNode list) {
        tidy(list);
      } else if (value instanceof LongNode number && number.canConvertToInt()) {
        object.set(name, IntNode.valueOf(number.intValue()));
      }
      boolean list = value.isArray() && value.isEmpty() && !NEVER_LEFT_OUT.contains(name);
      boolean map = value.isObject() && value.isEmpty() && MAPS.contains(name);
      if (list || map || value.isNull()) {
        object.remove(name);
      }
    }
  }

  private static void tidy(ArrayNode list) {
    objects(list).forEach(ObjectDefaults::tidy);
  }

  private static List<String> names(ObjectNode object) {
    var out = new ArrayList<String>();
    object.fieldNames().forEachRemaining(out::add);
    return out;
  }
}
