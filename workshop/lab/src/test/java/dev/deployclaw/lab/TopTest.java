package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What top and history say of a lab in which requests were made. */
@Slow(
    guard = "dev.deployclaw.container.cli.look.TopViewTest",
    because = "it uses limits of a real estate up")
class TopTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);

  /** Twice what oscorp may send. */
  private static final int MOST_REQUESTS = 800;

  @Test
  void showsWhoUsesAllOfALimitAndWhoIsRefused() throws Exception {
    BoundedWait.until("the gateway passes requests on", SOON, () -> ask() == 200);
    for (int i = 0; i < MOST_REQUESTS && ask() == 200; i++) {}
    assertThat(ask()).isEqualTo(429);

    var out = Files.createTempFile("top", ".out");
    var err = Files.createTempFile("top", ".err");
    var process = scene.quickAgent(Map.of()).start(out, err, "top", "--json", "--over", "8");
    int asked = 0;
    while (process.isAlive()) {
      ask();
      asked++;
    }
    process.waitFor();
    var used = EtcdKeyspace.tree(Files.readString(out));
    var people = scene.quickAgent(Map.of()).run("top", "--by", "refused", "--over", "1");

    assertThat(process.exitValue()).as(Files.readString(err)).isZero();
    var oscorp = limit(used, "oscorp");
    assertThat(used.path("window_seconds").asDouble()).isBetween(8.0, 120.0);
    assertThat(used.path("not_measured")).isEmpty();
    assertThat(oscorp.path("used_percent").asInt()).isBetween(90, 100);
    assertThat(oscorp.path("counters").asInt()).isEqualTo(1);
    assertThat(oscorp.path("refused").asInt()).isBetween(1, asked);
    assertThat(people.exit()).isZero();
    assertThat(people.out()).contains("TENANT", "oscorp", "over the last");
  }

  @Test
  void checkTellsWhatIsLeftAndChargesNothing() throws Exception {
    BoundedWait.until("the gateway passes requests on", SOON, () -> ask() != 503);
    String[] words = {"check", "oscorp", "checkout", "/checkout/1", "GET", "--json"};

    var first = EtcdKeyspace.tree(scene.quickAgent(Map.of()).run(words).out());
    var again = EtcdKeyspace.tree(scene.quickAgent(Map.of()).run(words).out());

    var limits = StreamSupport.stream(again.path("limits").spliterator(), false).toList();
    assertThat(first.path("not_known")).isEmpty();
    assertThat(limits).anyMatch(l -> l.path("why").asText().equals("applies"));
    for (int i = 0; i < limits.size(); i++) {
      assertThat(limits.get(i).path("remaining").asLong())
          .isGreaterThanOrEqualTo(first.path("limits").get(i).path("remaining").asLong());
    }
  }

  @Test
  void tellsTheHistoryOfATenant() {
    var changed = scene.run("run", "set umbrella's search limit to 360 per minute");
    assertThat(changed.exit()).as(changed.err()).isZero();

    var history = scene.run("history", "umbrella");
    var people = scene.quickAgent(Map.of()).run("history", "umbrella", "--limit", "1");

    assertThat(history.exit()).as(history.err()).isZero();
    var latest = history.json().path("changes").get(0);
    assertThat(latest.path("execution_id")).isEqualTo(changed.json().path("execution_id"));
    assertThat(latest.path("request").asText()).contains("360 per minute");
    assertThat(latest.path("result").asText()).isEqualTo("COMPLETED");
    assertThat(latest.path("committed").asText()).startsWith("20");
    assertThat(latest.path("diff").toString()).contains("\"after\":\"360\"");
    assertThat(history.json().path("changes")).hasSizeGreaterThanOrEqualTo(2);
    assertThat(people.out()).contains("-> 360").doesNotContain("epoch 1 ");
  }

  private static JsonNode limit(JsonNode document, String tenant) {
    return StreamSupport.stream(document.path("limits").spliterator(), false)
        .filter(l -> l.path("tenant").asText().equals(tenant))
        .findFirst()
        .orElseThrow();
  }

  private static int ask() {
    return scene.gateway("gw-01").ask("oscorp", "/checkout/1").status();
  }
}
