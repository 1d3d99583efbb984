package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The shipped alert rules against what is served. */
class AlertRulesTest {
  private static final Path RULES = Path.of("alerts", "deployclaw.rules.yaml");

  @TempDir Path folder;

  @Test
  void askOnlyForMetricsThatAreServed() throws Exception {
    var named = ServedMetrics.named(rules().stream().map(rule -> text(rule, "expr")));
    assertThat(named).hasSizeGreaterThan(5);

    ServedMetrics.await(named, folder);
  }

  @Test
  void nameASeverityASummaryAndARemedy() throws Exception {
    var names = new TreeSet<String>();
    for (var rule : rules()) {
      assertThat(names.add(text(rule, "alert"))).as(text(rule, "alert")).isTrue();
      assertThat(text(map(rule.get("labels")), "severity"))
          .isIn("critical", "error", "warning", "info");
      assertThat(text(map(rule.get("annotations")), "summary")).isNotBlank();
      assertThat(text(map(rule.get("annotations")), "remedy")).isNotBlank();
    }
  }

  private static List<Map<?, ?>> rules() throws Exception {
    var file =
        map(new Load(LoadSettings.builder().build()).loadFromString(Files.readString(RULES)));
    var groups = (List<?>) Objects.requireNonNull(file.get("groups"));
    return groups.stream()
        .flatMap(g -> ((List<?>) Objects.requireNonNull(map(g).get("rules"))).stream())
        .<Map<?, ?>>map(AlertRulesTest::map)
        .toList();
  }

  private static Map<?, ?> map(@Nullable Object node) {
    return (Map<?, ?>) Objects.requireNonNull(node);
  }

  private static String text(Map<?, ?> fields, String key) {
    return String.valueOf(fields.get(key));
  }
}
