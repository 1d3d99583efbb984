package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.drift.Discrepancy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables in drift.md name exactly the tests of drift that exist. */
class DriftTableTest {
  private static final Path TABLE = Path.of("..", "..", "docs", "concepts", "drift.md");
  private static final Pattern CASE = Pattern.compile("`(\\w+DriftTest)\\.(\\w+)`");
  private static final List<Class<?>> TESTS =
      List.of(
          RedisDriftTest.class,
          ServiceDriftTest.class,
          EdgeDriftTest.class,
          ContainerDriftTest.class,
          PodDriftTest.class);

  @Test
  void everyTestHasARowAndEveryRowATest() throws Exception {
    var there = new TreeSet<String>();
    for (var type : TESTS) {
      Arrays.stream(type.getDeclaredMethods())
          .filter(m -> m.isAnnotationPresent(Test.class))
          .forEach(m -> there.add(type.getSimpleName() + "." + m.getName()));
    }

    assertThat(rows().flatMap(row -> CASE.matcher(row).results()))
        .extracting(found -> found.group(1) + "." + found.group(2))
        .containsExactlyInAnyOrderElementsOf(there);
  }

  @Test
  void everyKindHasARow() throws Exception {
    var kinds = new TreeSet<String>();
    rows()
        .filter(row -> CASE.matcher(row).find())
        .map(row -> row.split("\\|", -1)[0].strip())
        .flatMap(kind -> Stream.of(kind.split(", ", -1)))
        .forEach(kind -> kinds.add(kind.replace(' ', '-')));
    kinds.remove("none");

    assertThat(kinds)
        .containsExactlyElementsOf(
            Arrays.stream(Discrepancy.Kind.values()).map(Discrepancy.Kind::word).sorted().toList());
  }

  private static Stream<String> rows() throws Exception {
    return Files.readAllLines(TABLE).stream()
        .map(line -> line.replaceFirst("^\\| ", ""))
        .filter(line -> line.contains(" | "));
  }
}
