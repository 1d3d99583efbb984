package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped Grafana dashboard against what is served. */
class DashboardTest {
  private static final Path DASHBOARD = Path.of("grafana", "deployclaw.json");

  @TempDir Path folder;

  @Test
  void showsOnlyMetricsThatAreServed() throws Exception {
    var queries =
        panels().stream()
            .flatMap(panel -> panel.get("targets").valueStream())
            .map(target -> target.get("expr").asText());
    var named = ServedMetrics.named(queries);
    assertThat(named).hasSizeGreaterThan(10);

    ServedMetrics.await(named, folder);
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

  private static List<JsonNode> panels() throws Exception {
    var dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
    return dashboard.get("panels").valueStream().toList();
  }
}
