package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.commons.lang3.function.Failable;

/**
 * A pod's volumes as folders of this machine. A pod has no file system and no network of its own
 * here, so what its files say of either is put in other words: a folder of the container becomes
 * the volume's folder, and the ports that it listens on become those of the pod's own address.
 * Nothing else is changed, and no line moves.
 *
 * @param home of the pod on this machine
 * @param address of loopback, which only this pod has
 */
record PodFiles(Path home, PodObject pod, String address) {
  private static final Pattern LISTEN =
      Pattern.compile("(?<=^|[\\s;{])(listen\\s+)(?:[^\\s;:]+:)?(\\d{1,5})(?=[\\s;])");
  private static final Pattern USER = Pattern.compile("(?m)^\\s*user\\s");
  private static final int DEPTH = 6;
  private static final String GLOBAL = "-g";
  private static final String AS_ROOT = "user root;";
  private static final String SECRETS = "secrets";
  private static final String SUB_PATH = "subPath";

  /**
   * Writes what the volumes show.
   *
   * @param objects the ConfigMap or Secret of a collection that has a name
   * @return an object or key that isn't there; empty where all of it was written
   */
  Optional<String> write(BiFunction<String, String, Optional<JsonNode>> objects) {
    var shown = new TreeMap<Path, byte[]>();
    for (JsonNode volume : pod.object().at("/spec/volumes")) {
      var folder = folder(volume.path("name").asText());
      for (Source source : sources(volume)) {
        var missing = add(source, folder, objects, shown);
        if (missing.isPresent()) {
          return missing;
        }
      }
    }
    translate(shown);
    return Failable.get(() -> {
      for (JsonNode volume : pod.object().at("/spec/volumes")) {
        Files.createDirectories(folder(volume.path("name").asText()));
      }
      for (var file : shown.entrySet()) {
        Files.createDirectories(file.getKey().resolveSibling(""));
        Files.write(file.getKey(), file.getValue());
      }
      return Optional.empty();
    });
  }

  SortedSet<Integer> ports(JsonNode container) {
    var out = new TreeSet<Integer>();
    texts(container).forEach(text -> out.addAll(ports(text)));
    return out;
  }

  /** A container's command on this machine, for a process in that folder. */
  List<String> command(JsonNode container, Path folder) {
    var out = new ArrayList<String>();
    out.add(ExecutableFinder.find("nginx"));
    out.addAll(List.of("-p", folder + "/", "-e", folder.resolve("error.log").toString()));
    PodObject.words(container).stream()
        .skip(1)
        .map(word -> inside(word, container))
        .forEach(out::add);
    if (SystemTool.isRoot()
        && texts(container).stream().noneMatch(text -> USER.matcher(text).find())) {
      int global = out.indexOf(GLOBAL);
      if (global < 0) {
        out.addAll(List.of(GLOBAL, AS_ROOT));
      } else {
        out.set(global + 1, out.get(global + 1) + " " + AS_ROOT);
      }
    }
    return out;
  }

  /** What a process here said, in the words of a container. */
  String outside(String said, JsonNode container) {
    String out = said;
    for (var mount : mounts(container).entrySet()) {
      out = out.replace(mount.getValue().toString(), mount.getKey());
    }
    return out.replace(address + ":", "0.0.0.0:");
  }

  /** What is said of a container's folders, in words of this machine. */
  String inside(String text, JsonNode container) {
    String out = text;
    for (var mount : mounts(container).entrySet()) {
      out = out.replace(mount.getKey() + "/", mount.getValue() + "/");
    }
    return out;
  }

  private void translate(Map<Path, byte[]> shown) {
    shown.keySet().removeIf(file -> !file.startsWith(home));
    var ports = new TreeSet<Integer>();
    shown.forEach((file, bytes) -> {
      if (isText(file)) {
        ports.addAll(ports(new String(bytes, StandardCharsets.UTF_8)));
      }
    });
    shown.replaceAll((file, bytes) ->
        isText(file)
            ? translated(inside(file, bytes), ports).getBytes(StandardCharsets.UTF_8)
            : bytes);
  }

  /** A file with the folders of the container that reads it. */
  private String inside(Path file, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return pod.gateways().stream()
        .filter(c -> mounts(c).values().stream().anyMatch(file::startsWith))
        .findFirst()
        .map(c -> inside(text, c))
        .orElse(text);
  }

  private String translated(String text, SortedSet<Integer> ports) {
    String out = LISTEN.matcher(text).replaceAll(this::ownAddress);
    for (int port : ports) {
      out = out.replace("127.0.0.1:" + port + ";", address + ":" + port + ";");
    }
    return out;
  }

  private static SortedSet<Integer> ports(String text) {
    var out = new TreeSet<Integer>();
    LISTEN.matcher(text).results().map(m -> Integer.valueOf(m.group(2))).forEach(out::add);
    return out;
  }

  private static boolean isText(Path file) {
    return file.toString().endsWith(".conf");
  }

  private String ownAddress(MatchResult listen) {
    return listen.group(1) + address + ":" + listen.group(2);
  }

  private List<String> texts(JsonNode container) {
    var out = new ArrayList<String>();
    for (Path folder : mounts(container).values()) {
      try (var files = Files.find(folder, DEPTH, (path, _) -> isText(path))) {
        for (Path file : files.toList()) {
          out.add(Files.readString(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return out;
  }

  /** Folders here by folders of the container, the longest first. */
  private Map<String, Path> mounts(JsonNode container) {
    var out =
        new TreeMap<String, Path>(
            Comparator.comparingInt(String::length)
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
    for (JsonNode mount : container.path("volumeMounts")) {
      String there = mount.path("mountPath").asText().replaceAll("/+$", "");
      if (!mount.has(SUB_PATH)) {
        out.put(there, folder(mount.path("name").asText()));
      }
    }
    return out;
  }

  private Path folder(String volume) {
    return folder(home, volume);
  }

  static Path folder(Path home, String volume) {
    return home.resolve("volumes").resolve(volume);
  }

  /**
   * Puts single files of volumes (mounts by {@code subPath}) into those of a container's folders
   * where it wants them, unless they are there.
   */
  void copySingleFiles(JsonNode container) throws IOException {
    for (JsonNode mount : container.path("volumeMounts")) {
      if (mount.has(SUB_PATH)) {
        var file = Path.of(inside(mount.path("mountPath").asText(), container));
        if (file.startsWith(home) && !Files.exists(file)) {
          Files.copy(
              folder(mount.path("name").asText()).resolve(mount.path(SUB_PATH).asText()), file);
        }
      }
    }
  }

  /** An object that a volume shows, and what the volume says of it. */
  private record Source(String collection, String name, JsonNode said) {
    static Source configMap(JsonNode said) {
      return new Source("configmaps", said.path("name").asText(), said);
    }

    static Source secret(JsonNode said) {
      return new Source(SECRETS, said.path("secretName").asText(), said);
    }

    boolean optional() {
      return said.path("optional").asBoolean();
    }
  }

  private static List<Source> sources(JsonNode volume) {
    var out = new ArrayList<Source>();
    if (volume.has("configMap")) {
      out.add(Source.configMap(volume.get("configMap")));
    }
    if (volume.has("secret")) {
      out.add(Source.secret(volume.get("secret")));
    }
    volume
        .at("/projected/sources")
        .forEach(source -> {
          if (source.has("configMap")) {
            out.add(Source.configMap(source.get("configMap")));
          }
        });
    return out;
  }

  private static Optional<String> add(
      Source source,
      Path folder,
      BiFunction<String, String, Optional<JsonNode>> objects,
      Map<Path, byte[]> shown) {
    var object = objects.apply(source.collection(), source.name());
    if (object.isEmpty()) {
      return source.optional()
          ? Optional.empty()
          : Optional.of(source.collection() + " \"" + source.name() + "\" not found");
    }
    var contents =
        contents(object.get(), source.collection().equals(SECRETS) ? "data" : "binaryData");
    if (!source.said().has("items")) {
      contents.forEach((key, bytes) -> shown.put(folder.resolve(key), bytes));
      return Optional.empty();
    }
    for (JsonNode item : source.said().get("items")) {
      var bytes = contents.get(item.path("key").asText());
      if (bytes != null) {
        shown.put(folder.resolve(item.path("path").asText()).normalize(), bytes);
      } else if (!source.optional()) {
        return Optional.of("references non-existent config key: " + item.path("key").asText());
      }
    }
    return Optional.empty();
  }

  /** Texts, and what the field {@code binary} has in Base64. */
  private static Map<String, byte[]> contents(JsonNode object, String binary) {
    var out = new TreeMap<String, byte[]>();
    for (String field : List.of("data", "binaryData")) {
      for (var entry : object.path(field).properties()) {
        String value = entry.getValue().asText();
        out.put(
            entry.getKey(),
            field.equals(binary)
                ? Base64.getDecoder().decode(value)
                : value.getBytes(StandardCharsets.UTF_8));
      }
    }
    return out;
  }
}
