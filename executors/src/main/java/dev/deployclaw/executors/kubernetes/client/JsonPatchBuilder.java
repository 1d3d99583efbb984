package dev.deployclaw.executors.kubernetes.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A JSON patch (RFC 6902) in the making. */
public record JsonPatchBuilder(List<Map<String, Object>> operations) {
  public static final JsonPatchBuilder NOTHING = new JsonPatchBuilder(List.of());

  public JsonPatchBuilder {
    operations = List.copyOf(operations);
  }

  public JsonPatchBuilder replace(String path, Object value) {
    return with("replace", path, value);
  }

  /** The whole value, whether or not there is one. */
  public JsonPatchBuilder set(String path, Object value) {
    return with("add", path, value);
  }

  /** Entries of a map that may be missing, such as labels; the others stay. */
  public JsonPatchBuilder put(String path, Map<String, String> there, Map<String, ?> entries) {
    var out = there.isEmpty() ? with("add", path, Map.of()) : this;
    for (var entry : entries.entrySet()) {
      String key = entry.getKey().replace("~", "~0").replace("/", "~1");
      out = out.with("add", path + "/" + key, entry.getValue());
    }
    return out;
  }

  /** An API server refuses a patched object of another version than the one it holds. */
  JsonPatchBuilder lockedTo(String resourceVersion) {
    return replace("/metadata/resourceVersion", resourceVersion);
  }

  private JsonPatchBuilder with(String operation, String path, Object value) {
    var out = new ArrayList<>(operations);
    out.add(Map.of("op", operation, "path", path, "value", value));
    return new JsonPatchBuilder(out);
  }
}
