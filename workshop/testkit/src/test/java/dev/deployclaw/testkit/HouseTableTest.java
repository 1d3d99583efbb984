package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Measures the house: names, packages, sizes, documents. Each row has a goal, and a bound that no
 * change may pass on the way to it; a row that improved lowers its bound. Names and packages are
 * those of main code, types those of the top level.
 */
class HouseTableTest {
  private static final int LARGEST_PACKAGE = 25;
  private static final double PERCENT = 100;
  private static final List<String> DOCUMENTS =
      List.of("docs", "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "AGENTS.md");
  private static final Pattern WORD = Pattern.compile("[A-Z][A-Z0-9]*(?![a-z])|[A-Z][a-z0-9]*");
  private static final Pattern FORM = Pattern.compile("[A-Z][a-z]+(ing|ed)");

  private static List<JavaSourceFile> sources;

  /** A measured figure, what it is to become, and what it may not pass until then. */
  private record Row(String what, double measured, double goal, double bound) {
    String line() {
      return String.format(Locale.ROOT, "| %s | %.1f | %.1f | %.1f |", what, measured, goal, bound);
    }
  }

  @BeforeAll
  static void parses() throws IOException {
    sources = JavaSourceFile.all("src/main");
  }

  @Test
  void getsNoWorse() throws IOException {
    var rows = new ArrayList<Row>();
    rows.addAll(names());
    rows.addAll(packages());
    rows.addAll(sizes());

    System.out.println("| measured | now | goal | bound |\n|---|---|---|---|");
    rows.forEach(row -> System.out.println(row.line()));

    assertThat(rows).allSatisfy(row -> assertThat(row.measured()).isLessThanOrEqualTo(row.bound()));
  }

  private static List<Row> names() {
    var types = sources.stream().filter(s -> !isPackageInfo(s)).map(HouseTableTest::type).toList();
    var oneWord = types.stream().filter(name -> WORD.matcher(name).results().count() == 1).toList();
    var forms = types.stream().filter(name -> FORM.matcher(name).matches()).toList();
    var distinct = new HashSet<>(types);
    var seen = new HashMap<String, Integer>();
    types.forEach(name -> seen.merge(name, 1, Integer::sum));
    long doubled = seen.values().stream().filter(n -> n > 1).count();
    return List.of(
        new Row("names of one word, %", share(oneWord, types), 15, 2.5),
        new Row("names that are a bare -ing or -ed form, %", share(forms, types), 0.5, 0.1),
        new Row(
            "simple names that stand for several types, %",
            PERCENT * doubled / distinct.size(), 2, 0.2));
  }

  private static List<Row> packages() {
    var files = new TreeMap<String, Integer>();
    sources.stream()
        .filter(s -> !isPackageInfo(s))
        .forEach(s -> files.merge(s.file().resolveSibling(".").toString(), 1, Integer::sum));
    var sorted = files.values().stream().sorted().toList();
    long large = sorted.stream().filter(n -> n > LARGEST_PACKAGE).count();
    return List.of(
        new Row("packages of more than 25 files", large, 0, 0),
        new Row("files of the largest package", sorted.getLast(), LARGEST_PACKAGE, LARGEST_PACKAGE),
        new Row("files of a package, median", sorted.get(sorted.size() / 2), 7, 7));
  }

  private static List<Row> sizes() throws IOException {
    long workshop = lines(s -> s.module().startsWith("workshop/"));
    long all = lines(_ -> true);
    var documents = new TreeMap<String, Long>();
    for (String root : DOCUMENTS) {
      documents.putAll(words(JavaSourceFile.TOP.resolve(root)));
    }
    long words = documents.values().stream().mapToLong(Long::longValue).sum();
    long decisions = documents.keySet().stream().filter(d -> d.matches("docs/adr/\\d.*")).count();
    return List.of(
        new Row("lines of main code", all, 100_000, 180_632),
        new Row("main code that isn't product, %", PERCENT * workshop / all, 15, 15.0),
        new Row("words of documents", words, 40_000, 40_000),
        new Row("decision records", decisions, 40, 40));
  }

  private static long lines(Predicate<JavaSourceFile> which) {
    return sources.stream()
        .filter(which)
        .mapToLong(s -> s.tree().getLineMap().getLineNumber(length(s)))
        .sum();
  }

  private static long length(JavaSourceFile source) {
    return source.trees().getSourcePositions().getEndPosition(source.tree(), source.tree());
  }

  private static Map<String, Long> words(Path root) throws IOException {
    var out = new TreeMap<String, Long>();
    if (!Files.exists(root)) {
      return out;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
        long count = Stream.of(Files.readString(file).split("\\s+")).count();
        out.put(JavaSourceFile.TOP.relativize(file).toString(), count);
      }
    }
    return out;
  }

  private static double share(Collection<?> part, Collection<?> whole) {
    return PERCENT * part.size() / whole.size();
  }

  private static String type(JavaSourceFile source) {
    return source.name().replaceAll(".*/|[.]java$", "");
  }

  private static boolean isPackageInfo(JavaSourceFile source) {
    return type(source).equals("package-info");
  }
}
