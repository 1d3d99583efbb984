package dev.deployclaw.policy.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.finding.CheckKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference's table of checks names every check, and cases that are there. */
class ChecksTableTest {
  private static final Path TABLE = Path.of("..", "docs", "reference", "checks.md");
  private static final Pattern CASE = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
  private static final List<String> PACKAGES =
      List.of("check", "check.cluster", "decision", "parse", "document", "source", "redis");
  private static final int COLUMNS = 5;

  @Test
  void everyCheckHasARow() throws Exception {
    var words = Arrays.stream(CheckKind.values()).map(c -> "`" + c.word() + "`").toList();

    assertThat(rows().map(row -> row.get(0)).distinct())
        .containsAll(words)
        .hasSize(words.size() + 1);
  }

  @Test
  void everyCaseIsThere() throws Exception {
    var rows = rows().toList();

    assertThat(rows).hasSizeGreaterThan(CheckKind.values().length);
    for (var row : rows) {
      assertThat(row).as("columns").hasSize(COLUMNS);
      assertThat(isThere(row.get(3))).as("triggered by: %s", row).isTrue();
      assertThat(isThere(row.get(4))).as("near miss: %s", row).isTrue();
    }
  }

  @Test
  void everyRowHasNearMissesOfItsOwn() throws Exception {
    var triggers = rows().flatMap(row -> cases(row.get(3))).toList();
    var nearMisses = rows().flatMap(row -> cases(row.get(4))).toList();

    assertThat(nearMisses).doesNotHaveDuplicates().doesNotContainAnyElementsOf(triggers);
    assertThat(rows().flatMap(row -> cases(row.get(4))))
        .as("a class alone says nothing")
        .allMatch(c -> c.contains("."));
  }

  private static Stream<String> cases(String cell) {
    return CASE.matcher(cell).results().map(MatchResult::group);
  }

  private static boolean isThere(String cell) {
    var cases = CASE.matcher(cell).results().toList();
    return !cases.isEmpty() && cases.stream().allMatch(c -> isThere(c.group(1), c.group(2)));
  }

  private static boolean isThere(String type, String method) {
    return PACKAGES.stream()
        .flatMap(p -> type("dev.deployclaw.policy." + p + "." + type))
        .anyMatch(t ->
            method == null
                || Arrays.stream(t.getDeclaredMethods()).anyMatch(m -> m.getName().equals(method)));
  }

  private static Stream<Class<?>> type(String name) {
    try {
      return Stream.of(Class.forName(name));
    } catch (ClassNotFoundException e) {
      return Stream.empty();
    }
  }

  private static Stream<List<String>> rows() throws Exception {
    return Files.readAllLines(TABLE).stream()
        .filter(l -> l.contains(" | "))
        .skip(1)
        .map(l -> Arrays.stream(l.split("\\|")).map(String::strip))
        .map(Stream::toList);
  }
}
