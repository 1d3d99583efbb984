package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps who owns which fields of an object at each write, by the rules of Kubernetes' {@code
 * structured-merge-diff} ({@code merge/update.go}) and of the API server's field manager: one that
 * applies removes what it applied before and says no more, unless another owns it, too; one that
 * writes otherwise owns what it changed, alone.
 */
public final class ServerSideApply {
  private static final Logger LOG = LoggerFactory.getLogger(ServerSideApply.class);

  /** Who gets the fields of an object that nobody kept books of. */
  private static final String BEFORE = "before-first-apply";

  private static final List<String> SERVER_SET =
      List.of(
          ("name namespace creationTimestamp selfLink uid generation managedFields"
                  + " resourceVersion")
              .split(" ", -1));

  private ServerSideApply() {}

  /**
   * What an object becomes; it is as it was where nothing changes.
   *
   * @param live empty where there is none yet
   * @throws ApplyConflictException where it isn't forced, and others own what would change
   */
  public static ObjectNode apply(
      ObjectNode live, ObjectNode config, FieldOwner writer, boolean force)
      throws ApplyConflictException {
    var before = ManagedFields.of(live);
    var managed = before.copy();
    if (managed.sets().isEmpty() && !live.isEmpty()) {
      var first = FieldOwner.updates(BEFORE, live.path("apiVersion").asText("v1"), "");
      managed.put(first, FieldComparison.of(skeleton(live), plain(live, "")).written());
    }
    var last = managed.get(writer);
    managed.put(writer, FieldSet.of(plain(config, "")));
    ObjectNode said = config.deepCopy();
    said.remove("status");
    var owned = managed.all().union(FieldSet.of(said)); // its name, which no set has, is kept, too
    ObjectNode now = pruned(ObjectMerge.merged(live, said), owned, last);
    var change = FieldComparison.of(plain(live, ""), plain(now, ""));
    var conflicts = managed.shares(writer, change.written());
    if (!force && !conflicts.isEmpty()) {
      throw ApplyConflictException.of(conflicts);
    }
    managed.lose(writer, change);
    if (now.equals(live) && managed.sets().equals(before.sets())) {
      return live;
    }
    managed.write(now, writer);
    return now;
  }

  /**
   * Writes into {@code now} who owns what after a write that isn't an apply. Where only the books
   * would get another time, they stay; so they do where an object fits no schema, which is told by
   * its validation.
   *
   * @param live empty where there is none yet
   */
  public static void update(ObjectNode live, ObjectNode now, FieldOwner writer) {
    try {
      keepBooks(live, now, writer);
    } catch (FieldSchema.Untyped e) {
      LOG.atDebug().setCause(e).log("An object fits no schema");
    }
  }

  private static void keepBooks(ObjectNode live, ObjectNode now, FieldOwner writer) {
    boolean reset = isReset(now.at("/metadata/managedFields"));
    var said = ManagedFields.of(now);
    var managed = said.sets().isEmpty() && !reset ? ManagedFields.of(live) : said;
    var before = managed.copy();
    var old = live.isEmpty() ? skeleton(now) : plain(live, writer.subresource());
    var change = FieldComparison.of(old, plain(now, writer.subresource()));
    managed.lose(writer, change);
    managed.put(writer, managed.get(writer).union(change.written()));
    var books = live.at("/metadata/managedFields");
    boolean same = books.isArray() && ManagedFields.of(live).sets().equals(before.sets());
    if (same && change.written().isEmpty() && change.removed().isEmpty()) {
      now.withObject("/metadata").set("managedFields", books.deepCopy());
    } else {
      managed.write(now, writer);
    }
  }

  /** {@code [{}]} asks for new books. */
  private static boolean isReset(JsonNode entries) {
    return entries.size() == 1 && entries.path(0).isEmpty();
  }

  /** Without what the writer applied before and applies no more, where nobody else owns it. */
  private static ObjectNode pruned(ObjectNode merged, FieldSet owned, FieldSet last) {
    if (last.isEmpty()) {
      return merged;
    }
    var all = FieldSet.of(merged).withParents();
    var first = object(ObjectMerge.without(merged, last.withParents()));
    var kept = FieldSet.of(first).withParents().union(owned.withParents());
    var second = object(ObjectMerge.without(merged, all.difference(kept)));
    var gone = all.difference(FieldSet.of(second).withParents()).intersection(last.withParents());
    return object(ObjectMerge.without(merged, gone));
  }

  private static ObjectNode object(JsonNode node) {
    return node instanceof ObjectNode object ? object : ApiServer.JSON.createObjectNode();
  }

  /**
   * What fields are counted of: nothing that the server sets, and either the status or the rest.
   */
  private static ObjectNode plain(ObjectNode object, String subresource) {
    ObjectNode out = object.deepCopy();
    out.remove(List.of("apiVersion", "kind"));
    boolean whole = subresource.isEmpty();
    out.remove(whole ? "status" : "spec");
    if (out.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove(SERVER_SET);
      if (!whole) {
        metadata.remove("labels");
      }
    }
    return out;
  }

  /** What an empty object of the kind has already: the parts that are never left out. */
  private static ObjectNode skeleton(ObjectNode like) {
    ObjectNode out = ApiServer.JSON.createObjectNode();
    out.putObject("metadata");
    if (like.at("/spec/template").isObject()) {
      out.withObject("/spec/strategy");
      out.withObject("/spec/template/metadata");
      out.withObject("/spec/template/spec").putNull("containers");
    } else if (like.at("/spec/containers").isArray()) {
      out.withObject("/spec").putNull("containers");
    } else if (like.has("spec")) {
      out.putObject("spec");
    }
    return out;
  }
}
