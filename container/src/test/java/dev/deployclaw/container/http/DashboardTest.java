package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped Grafana dashboard against what is served. */
class DashboardTest {
  private static final Path DASHBOARD = Path.of("grafana", "deployclaw.json");

  @TempDir Path folder;

  @Test
  void showsOnlyMetricsThatAreServed() throws Exception {
    var queries = targets().map(target -> target.get("expr").asText()).toList();
    var named = ServedMetrics.named(queries.stream());
    assertThat(queries).hasSizeGreaterThan(10).allMatch(q -> q.contains("deployclaw_"));
    assertThat(named).contains("deployclaw_runs_total{result").hasSizeGreaterThan(queries.size());

    ServedMetrics.await(named, folder);
  }

  /** A curve is named by a label that its query leaves it; which process it is, Prometheus adds. */
  @Test
  void namesEachCurveByWhatItIsCountedBy() throws Exception {
    var templates = targets().filter(t -> t.get("legendFormat").asText().contains("{{")).toList();
    assertThat(templates).hasSizeGreaterThan(5);
    for (var target : templates) {
      String label = target.get("legendFormat").asText().replaceAll(".*\\{\\{(\\w+)}}.*", "$1");
      String query = target.get("expr").asText();
      assertThat(query.contains("by (" + label + ")") || label.equals("instance"))
          .as("%s by %s", query, label)
          .isTrue();
    }
  }

  @Test
  void givesEachPanelAPlaceAQueryAndAWordOfWhatItIs() throws Exception {
    var places = new TreeSet<String>();
    for (var panel : panels()) {
      String title = panel.get("title").asText();
      assertThat(panel.get("description").asText()).as(title).isNotBlank();
      assertThat(panel.get("targets")).as(title).isNotEmpty();
      var place = panel.get("gridPos");
      assertThat(place.get("x").asInt() + place.get("w").asInt()).as(title).isLessThanOrEqualTo(24);
      assertThat(places.add(place.toString())).as(title + " has its own place").isTrue();
    }
  }

  private static Stream<JsonNode> targets() throws Exception {
    return panels().stream().flatMap(panel -> panel.get("targets").valueStream());
  }

  private static List<JsonNode> panels() throws Exception {
    var dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
    return dashboard.get("panels").valueStream().toList();
  }
}
