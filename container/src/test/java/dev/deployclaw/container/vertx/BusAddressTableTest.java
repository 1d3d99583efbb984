package dev.deployclaw.container.vertx;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.Test;

/** The table of addresses in the architecture page names those of the code, with their types. */
class BusAddressTableTest {
  private static final Path PAGE = Path.of("..", "docs", "ARCHITECTURE.md");
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Pattern DECLARED =
      Pattern.compile(
          "(?:(\\w+) =\\s+)?(?:return )?new BusAddress<>\\(\\s*\"([a-z.]+)\"( \\+ \\w+)?,"
              + " (\\w+)\\.class, (\\w+)\\.class\\)");
  private static final Pattern ROW =
      Pattern.compile("(?m)^`([a-z]+\\.[a-z.]+)(ID)?` \\| ([^|]*) \\| ([^|]*) \\| (.*)$");
  private static final Pattern TYPE = Pattern.compile("`([A-Z]\\w+)`");

  /** Who subscribes to logs does it by {@code ExecutionQueries}. */
  private static final Pattern LOG_CONSUMER =
      Pattern.compile("xecutions(?:\\(\\))?\\.subscribe\\(");

  /** What is said of an address. */
  private record Entry(boolean open, Set<String> message, Set<String> reply, Set<String> by) {}

  @Test
  void namesEachAddressItsTypesAndItsConsumers() throws IOException {
    var said = new TreeMap<String, Entry>();
    ROW.matcher(Files.readString(PAGE)).results().forEach(row -> said.put(row.group(1), said(row)));

    assertThat(said).isEqualTo(declared());
  }

  private static Entry said(MatchResult row) {
    return new Entry(
        row.group(2) != null, types(row.group(3)), types(row.group(4)), types(row.group(5)));
  }

  private static Set<String> types(String cell) {
    return new TreeSet<>(TYPE.matcher(cell).results().map(found -> found.group(1)).toList());
  }

  private static Map<String, Entry> declared() throws IOException {
    var sources = new TreeMap<String, String>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(file -> sources.put(name(file), text(file)));
    }
    var all = new TreeMap<String, Entry>();
    DECLARED
        .matcher(sources.values().stream().collect(joining()))
        .results()
        .forEach(d -> all.put(d.group(2), declared(d, sources)));
    return all;
  }

  private static Entry declared(MatchResult declared, Map<String, String> sources) {
    var consumer =
        declared.group(1) == null
            ? LOG_CONSUMER
            : Pattern.compile("bus\\.(?:respond|consume)\\(" + declared.group(1) + ",");
    var by = new TreeSet<String>();
    sources.forEach((name, text) -> {
      if (consumer.matcher(text).find()) {
        by.add(name);
      }
    });
    return new Entry(declared.group(3) != null, own(declared.group(4)), own(declared.group(5)), by);
  }

  /** Without those of the JDK, which the table has in words. */
  private static Set<String> own(String type) {
    return Set.of("String", "Void").contains(type) ? Set.of() : Set.of(type);
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }

  private static String text(Path file) {
    return Failable.get(() -> Files.readString(file));
  }
}
