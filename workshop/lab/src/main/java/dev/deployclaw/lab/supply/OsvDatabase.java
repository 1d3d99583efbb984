package dev.deployclaw.lab.supply;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A database of known vulnerabilities as OSV publishes it for Maven: a ZIP with one JSON file for
 * each. It is read once; nothing is fetched.
 */
final class OsvDatabase {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The most entries, and bytes of one, that are read. */
  private static final int MOST_ENTRIES = 200_000;

  private static final int LARGEST_ENTRY = 8 << 20;

  private final Map<String, List<VulnerabilityAdvisory>> byPackage = new TreeMap<>();
  private int size;

  private OsvDatabase() {}

  /**
   * @param wanted the packages of which it is to know
   * @throws IOException where it isn't such a ZIP, or is empty: no entry is no proof of health
   */
  static OsvDatabase read(Path zip, Collection<MavenComponent> wanted) throws IOException {
    var database = new OsvDatabase();
    wanted.forEach(c -> database.byPackage.put(c.osvName(), new ArrayList<>()));
    try (var file = new ZipFile(zip.toFile())) {
      if (file.size() > MOST_ENTRIES) {
        throw new IOException(zip + " has more than " + MOST_ENTRIES + " entries");
      }
      for (var entries = file.entries(); entries.hasMoreElements(); ) {
        var entry = entries.nextElement();
        if (entry.getName().endsWith(".json")) {
          database.add(bytes(file, entry));
        }
      }
    }
    if (database.size == 0) {
      throw new IOException(
          zip + " has no entry of OSV; is it the all.zip of the ecosystem Maven?");
    }
    return database;
  }

  private static byte[] bytes(ZipFile file, ZipEntry entry) throws IOException {
    try (var in = file.getInputStream(entry)) {
      byte[] bytes = in.readNBytes(LARGEST_ENTRY + 1);
      if (bytes.length > LARGEST_ENTRY) {
        throw new IOException(entry.getName() + " is larger than " + LARGEST_ENTRY + " bytes");
      }
      return bytes;
    }
  }

  private void add(byte[] json) throws IOException {
    var entry = JSON.readTree(json);
    if (!entry.path("id").isTextual()) {
      return;
    }
    var advisories = VulnerabilityAdvisory.read(entry);
    size += advisories.isEmpty() ? 0 : 1; // those of another ecosystem are no proof of health
    for (var advisory : advisories) {
      var known = byPackage.get(advisory.packageName());
      if (known != null) {
        known.add(advisory);
      }
    }
  }

  /** How many vulnerabilities it lists, of all packages. */
  int size() {
    return size;
  }

  List<VulnerabilityAdvisory> of(MavenComponent component) {
    return byPackage.getOrDefault(component.osvName(), List.of()).stream()
        .filter(a -> a.affects(component.version()))
        .toList();
  }
}
