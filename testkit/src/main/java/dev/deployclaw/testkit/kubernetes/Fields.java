package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;

/**
 * Field managers, as far as we read them: who owns the sources of a Deployment's volumes, and the
 * keys of a ConfigMap's data. Who changes them owns them alone; who applies sources that are there
 * already owns them, too.
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
    ObjectNode keys = ApiServer.JSON.createObjectNode();
    for (int i = entries.size() - 1; i >= 0; i--) {
      ObjectNode entry = (ObjectNode) entries.get(i);
      if (entry.path("manager").asText().equals(manager)) {
        owned |= !entry.at("/fieldsV1/f:spec").isMissingNode();
        keys.setAll(fields(entry.at("/fieldsV1/f:data")));
        entries.remove(i);
      } else if (changed) {
        loseSources(entry);
      }
    }
    passKeys(before.path("data"), object.path("data"), entries, keys);
    ObjectNode entry = entries.addObject();
    entry.put("manager", manager).put("operation", operation).put("time", ObjectStore.now());
    entry.put("fieldsType", "FieldsV1");
    if (owned && !object.at(VOLUMES).isMissingNode()) {
      entry.withObject("/fieldsV1/f:spec/f:template/f:spec").set("f:volumes", names(object));
    }
    if (!keys.isEmpty()) {
      entry.withObject("/fieldsV1").set("f:data", keys);
    }
  }

  /** Keys that were written come to the writer, from whoever had them. */
  private static void passKeys(JsonNode before, JsonNode after, ArrayNode others, ObjectNode own) {
    var names = new TreeSet<String>();
    before.fieldNames().forEachRemaining(names::add);
    after.fieldNames().forEachRemaining(names::add);
    names.removeIf(name -> before.path(name).equals(after.path(name)));
    for (String name : names) {
      others.forEach(entry -> fields(entry.at("/fieldsV1/f:data")).remove("f:" + name));
      own.remove("f:" + name);
      if (after.has(name)) {
        own.putObject("f:" + name);
      }
    }
  }

  private static ObjectNode fields(JsonNode node) {
    return node instanceof ObjectNode object ? object : ApiServer.JSON.createObjectNode();
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
