package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.container.query.EndedLog;
import dev.deployclaw.container.server.ServerFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of many executions, and a log that is too long to be read for a page. */
class ManyLogsTest {
  private static final int LOGS = 300;
  private static final String LONG = "arch-2026-11-26-rate-limit-300";
  private static final String SHORT = "arch-2026-11-26-rate-limit-299";
  private static final int MANY = 2_500;
  private static final List<String> LEFT_OUT =
      List.of("thought_log", "records", "audit", "outline");

  @TempDir Path folder;

  private FileJournal journal;
  private Served served;

  @BeforeEach
  void start() throws Exception {
    var logs = folder.resolve("logs");
    journal = FileJournal.open(logs);
    for (int i = 1; i <= LOGS; i++) {
      EndedLog.write(logs, id(i), i < LOGS ? 3 : MANY);
    }
    served = Served.start(folder, ServerFixture.patient(), journal, journal::tail);
  }

  @AfterEach
  void stop() {
    served.close();
    journal.close();
  }

  @Test
  void aPageGoesOnBehindTheOneBefore() {
    var first = page("limit=30");

    assertThat(ids(first)).hasSize(30).startsWith(LONG, SHORT).endsWith(id(LOGS - 29));
    var next = page("limit=5&after=" + first.path("next").asText());
    assertThat(ids(next)).hasSize(5).startsWith(id(LOGS - 30));
    assertThat(next.at("/executions/0/result").asText()).isEqualTo("COMPLETED");
    assertThat(page("limit=5&after=" + id(3)).has("next")).isFalse();
    assertThat(served.get("/v1/executions?after=arch-none", VIC).status()).isEqualTo(400);
  }

  @Test
  void ofALongLogTheEndsAreReadAndItsRecordsComeInParts() {
    var outline = served.get(path(LONG) + "?outline=true", VIC).json();

    assertThat(outline.path("outline").asBoolean()).isTrue();
    assertThat(outline.path("result").asText()).isEqualTo("COMPLETED");
    assertThat(outline.path("request").asText()).isEqualTo("look at everything");
    assertThat(outline.path("duration_seconds").asLong()).isEqualTo(MANY);
    assertThat(outline.at("/audit/records").asLong()).isEqualTo(MANY);
    assertThat(outline.path("thought_log").size() + outline.path("records").size()).isZero();
    var all = Events.open(served, served.request(path(LONG) + "/events", VIC)).all();
    assertThat(all).hasSize(MANY + 1);
    assertThat(all.getLast().kind()).isEqualTo("result");
    assertThat(all.getLast().data()).contains("\"result\":\"COMPLETED\"");
    var whole = (ObjectNode) served.get(path(LONG), VIC).json();
    assertThat(whole.at("/thought_log")).hasSize(4);
    outline.properties().stream()
        .filter(field -> !LEFT_OUT.contains(field.getKey()))
        .forEach(field -> assertThat(whole.get(field.getKey())).isEqualTo(field.getValue()));
  }

  @Test
  void theOutlineOfAShortLogIsItsDocument() {
    assertThat(served.get(path(SHORT) + "?outline=true", VIC).body())
        .isEqualTo(served.get(path(SHORT), VIC).body());
    assertThat(served.get(path(SHORT) + "?outline=1", VIC).text("place"))
        .isEqualTo("query outline");
  }

  private JsonNode page(String query) {
    return served.get("/v1/executions?" + query, VIC).json();
  }

  private static List<String> ids(JsonNode page) {
    return StreamSupport.stream(page.path("executions").spliterator(), false)
        .map(one -> one.path("execution_id").asText())
        .toList();
  }

  private static String id(int number) {
    return "arch-2026-11-26-rate-limit-%03d".formatted(number);
  }

  private static String path(String execution) {
    return "/v1/executions/" + execution;
  }
}
