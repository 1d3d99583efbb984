package dev.deployclaw.testkit.kubernetes;

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
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.lang3.function.Failable;

/** Objects in a folder, a file each, replaced in one step. For one thread. */
record ObjectFiles(Path folder) {
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

  /** The highest that was given out. */
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
