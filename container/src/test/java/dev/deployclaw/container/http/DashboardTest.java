package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.serve.Desks;
import dev.deployclaw.container.wiring.Vital;
import dev.deployclaw.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped Grafana dashboard against what is served. */
class DashboardTest {
  private static final Path DASHBOARD = Path.of("grafana", "deployclaw.json");
  private static final Pattern METRIC = Pattern.compile("deployclaw_\\w+");

  @TempDir Path folder;

  @Test
  void showsOnlyMetricsThatAreServed() throws Exception {
    var named = new TreeSet<String>();
    for (var panel : panels()) {
      for (var target : panel.get("targets")) {
        METRIC.matcher(target.get("expr").asText()).results().forEach(m -> named.add(m.group()));
      }
    }
    assertThat(named).hasSizeGreaterThan(10);

    try (var served = Served.start(folder, List.of(new Vital("etcd", Optional::empty)))) {
      served.done("apply", "COMPLETED");
      Await.until(
          "all of " + named + " are served",
          Desks.SOON,
          () -> served(served.get("/metrics", Served.VIC).body()).containsAll(named));
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

  private static List<JsonNode> panels() throws Exception {
    var dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
    return dashboard.get("panels").valueStream().toList();
  }

  private static Set<String> served(String exposition) {
    return exposition
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replaceAll("[{ ].*", ""))
        .collect(Collectors.toSet());
  }
}
