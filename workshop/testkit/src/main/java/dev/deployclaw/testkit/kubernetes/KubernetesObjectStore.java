package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.commons.lang3.function.Failable;

/**
 * What an API server holds: objects by path, and one number that rises with each write. For many
 * threads; one writes at a time.
 */
final class KubernetesObjectStore {
  private static final String STATUS = "status";
  private static final List<String> COUNTED = List.of("Deployment", "ReplicaSet");

  private final Map<String, ObjectNode> objects;
  private final Optional<ObjectFiles> files;
  private long version;

  /** Without a folder objects are in memory only. */
  KubernetesObjectStore(Optional<Path> folder) {
    this.files = folder.map(ObjectFiles::in);
    this.objects = files.map(ObjectFiles::read).orElseGet(TreeMap::new);
    this.version = files.map(ObjectFiles::version).orElse(100L);
  }

  static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  synchronized long version() {
    return version;
  }

  synchronized ObjectNode put(String path, String manager, JsonNode object) {
    ObjectNode stored = founded(path, object.deepCopy());
    ServerSideApply.update(
        ApiServer.JSON.createObjectNode(), stored, FieldOwner.updates(manager, version(path), ""));
    return keep(path, stored);
  }

  /** With what the server itself writes into a new object. */
  static ObjectNode founded(String path, ObjectNode object) {
    var resource = ResourcePath.of(path);
    ObjectNode metadata = object.withObject("/metadata");
    resource
        .flatMap(ResourcePath::kind)
        .ifPresent(kind -> {
          object.put("apiVersion", resource.get().version()).put("kind", kind);
          if (COUNTED.contains(kind)) {
            metadata.put("generation", metadata.path("generation").asLong(1));
          }
        });
    ObjectDefaults.fill(object, kind(path));
    if (!metadata.has("uid")) {
      metadata.put("uid", UUID.randomUUID().toString());
    }
    if (!metadata.has("creationTimestamp")) {
      metadata.put("creationTimestamp", now());
    }
    return object;
  }

  static String kind(String path) {
    return ResourcePath.of(path).flatMap(ResourcePath::kind).orElse("");
  }

  private static String version(String path) {
    return ResourcePath.of(path).map(ResourcePath::version).orElse("v1");
  }

  synchronized Optional<ObjectNode> object(String path) {
    return Optional.ofNullable(objects.get(path)).map(ObjectNode::deepCopy);
  }

  synchronized List<String> paths() {
    return List.copyOf(objects.keySet());
  }

  synchronized Map<String, ObjectNode> objects(Predicate<String> path) {
    var out = new TreeMap<String, ObjectNode>();
    objects.forEach((key, object) -> {
      if (path.test(key)) {
        out.put(key, object.deepCopy());
      }
    });
    return out;
  }

  /** Writes without asking anybody. */
  synchronized void edit(String path, String manager, Consumer<ObjectNode> how) {
    var current = objects.get(path);
    if (current != null) {
      ObjectNode after = edited(path, current, how);
      boolean rest = !without(current, STATUS).equals(without(after, STATUS));
      if (rest) {
        count(path, current, after);
      }
      write(path, current, after, FieldOwner.updates(manager, version(path), rest ? "" : STATUS));
    }
  }

  /** Writes a status, as a part of its own; annotations beside it raise no generation. */
  synchronized void editStatus(String path, String manager, Consumer<ObjectNode> how) {
    var current = objects.get(path);
    if (current != null) {
      ObjectNode after = edited(path, current, how);
      write(path, current, after, FieldOwner.updates(manager, version(path), STATUS));
    }
  }

  private static ObjectNode edited(String path, ObjectNode current, Consumer<ObjectNode> how) {
    ObjectNode after = current.deepCopy();
    how.accept(after);
    ObjectDefaults.fill(after, kind(path));
    return after;
  }

  private void write(String path, ObjectNode current, ObjectNode after, FieldOwner writer) {
    if (!after.equals(current)) {
      ServerSideApply.update(current, after, writer);
      keep(path, after);
    }
  }

  private static ObjectNode without(ObjectNode object, String field) {
    ObjectNode out = object.deepCopy();
    out.remove(field);
    return out;
  }

  synchronized void remove(String path) {
    if (objects.remove(path) != null) {
      version++;
      files.ifPresent(f -> f.remove(path, version));
    }
  }

  /**
   * The generation rises with the spec; a Deployment's with its annotations, too, since its
   * ReplicaSets get them ({@code pkg/registry/apps/deployment/strategy.go}).
   */
  static void count(String path, ObjectNode before, ObjectNode after) {
    String kind = kind(path);
    boolean counted = COUNTED.contains(kind);
    boolean spec = !before.path("spec").equals(after.path("spec"));
    boolean annotations =
        kind.equals("Deployment")
            && !before.at("/metadata/annotations").equals(after.at("/metadata/annotations"));
    if (counted) {
      long last = before.at("/metadata/generation").asLong();
      after
          .withObject("/metadata")
          .put("generation", (int) (spec || annotations ? last + 1 : last));
    }
  }

  synchronized ObjectNode keep(String path, ObjectNode object) {
    version++;
    object.withObject("/metadata").put("resourceVersion", "" + version);
    objects.put(path, object);
    files.ifPresent(f -> f.write(path, object, version));
    return object.deepCopy();
  }

  /** Objects in a folder, a file each, replaced in one step. For one thread. */
  private record ObjectFiles(Path folder) {
    private static final String ENDING = ".json";
    private static final String VERSION = "version";

    static ObjectFiles in(Path folder) {
      return Failable.get(() -> new ObjectFiles(Files.createDirectories(folder)));
    }

    Map<String, ObjectNode> read() {
      var out = new TreeMap<String, ObjectNode>();
      try (var files = Files.newDirectoryStream(folder, "*" + ENDING)) {
        for (Path file : files) {
          String name = file.getFileName().toString().replaceFirst("\\.json$", "");
          if (ApiServer.JSON.readTree(Files.readString(file)) instanceof ObjectNode object) {
            out.put(URLDecoder.decode(name, StandardCharsets.UTF_8), object);
          }
        }
        return out;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    long version() {
      try {
        return Long.parseLong(Files.readString(folder.resolve(VERSION)));
      } catch (NoSuchFileException e) {
        return 100;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void write(String path, ObjectNode object, long version) {
      replace(VERSION, Long.toString(version));
      replace(name(path), object.toString());
    }

    void remove(String path, long version) {
      replace(VERSION, Long.toString(version));
      Failable.run(() -> Files.deleteIfExists(folder.resolve(name(path))));
    }

    private void replace(String name, String text) {
      Failable.run(() -> {
        var written = Files.writeString(folder.resolve(name + ".new"), text);
        Files.move(written, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      });
    }

    private static String name(String path) {
      return URLEncoder.encode(path, StandardCharsets.UTF_8) + ENDING;
    }
  }
}
