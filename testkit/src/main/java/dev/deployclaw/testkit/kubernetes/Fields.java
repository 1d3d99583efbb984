package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Field managers, as far as we read them: who owns the sources of a Deployment's volumes. Who
 * changes them owns them alone; who applies what is there already owns it, too.
 */
public final class Fields {
  private static final String VOLUMES = "/spec/template/spec/volumes";

  private Fields() {}

  static void created(ObjectNode object, String manager) {
    write(MissingNode.getInstance(), object, manager, "Update");
  }

  static void updated(JsonNode before, ObjectNode object, String manager) {
    write(before, object, manager, "Update");
  }

  /** What {@code manager} applied is in the object already. */
  public static void applied(JsonNode before, ObjectNode object, String manager) {
    write(before, object, manager, "Apply");
  }

  private static void write(JsonNode before, ObjectNode object, String manager, String operation) {
    ArrayNode entries = object.withObject("/metadata").withArray("/managedFields");
    boolean changed = !before.at(VOLUMES).equals(object.at(VOLUMES));
    boolean owned = changed || operation.equals("Apply");
    for (int i = entries.size() - 1; i >= 0; i--) {
      ObjectNode entry = (ObjectNode) entries.get(i);
      if (entry.path("manager").asText().equals(manager)) {
        owned |= entry.has("fieldsV1");
        entries.remove(i);
      } else if (changed) {
        loseSources(entry);
      }
    }
    ObjectNode entry = entries.addObject();
    entry.put("manager", manager).put("operation", operation).put("time", ObjectStore.now());
    entry.put("fieldsType", "FieldsV1");
    if (owned && !object.at(VOLUMES).isMissingNode()) {
      entry.withObject("/fieldsV1/f:spec/f:template/f:spec").set("f:volumes", names(object));
    }
  }

  /** The names that tell where files come from; what else it said of the volumes stays its own. */
  private static void loseSources(ObjectNode entry) {
    for (JsonNode volume : entry.at("/fieldsV1/f:spec/f:template/f:spec/f:volumes")) {
      if (volume.path("f:configMap") instanceof ObjectNode map) {
        map.remove("f:name");
      }
      if (volume.path("f:projected") instanceof ObjectNode projected) {
        projected.remove("f:sources");
      }
    }
  }

  private static ObjectNode names(ObjectNode object) {
    ObjectNode out = ApiServer.JSON.createObjectNode();
    for (JsonNode volume : object.at(VOLUMES)) {
      ObjectNode fields = out.putObject("k:{\"name\":\"" + volume.path("name").asText() + "\"}");
      fields.putObject(".");
      volume
          .properties()
          .forEach(f -> {
            ObjectNode below = fields.putObject("f:" + f.getKey());
            f.getValue().fieldNames().forEachRemaining(name -> below.putObject("f:" + name));
          });
    }
    return out;
  }
}
