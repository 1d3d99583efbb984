package dev.deployclaw.lab.supply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the components of a CycloneDX document in JSON. */
final class SbomReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The largest document that is read, in bytes. */
  private static final long LARGEST = 64L << 20;

  private SbomReader() {}

  /**
   * The Maven components, nested ones too.
   *
   * @throws IOException where it can't be read or isn't CycloneDX
   */
  static List<MavenComponent> read(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException(file + " is larger than " + LARGEST + " bytes");
    }
    var root = JSON.readTree(file.toFile());
    if (!root.path("bomFormat").asText().equals("CycloneDX")) {
      throw new IOException(file + " isn't a CycloneDX document: bomFormat is missing");
    }
    var found = new ArrayList<MavenComponent>();
    collect(root.path("components"), found);
    return List.copyOf(found);
  }

  private static void collect(JsonNode components, List<MavenComponent> found) {
    for (var component : components) {
      if (component.path("purl").asText().startsWith("pkg:maven/")) {
        found.add(
            new MavenComponent(
                component.path("group").asText(),
                component.path("name").asText(),
                component.path("version").asText()));
      }
      collect(component.path("components"), found);
    }
  }
}
