package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.draft.DraftStore;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that are kept for later: planned again when they are opened, and never done by
 * themselves.
 */
class DraftTest {
  private static final String REQUEST = "set acme's orders limit to 300 per minute";

  @TempDir Path folder;

  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder);
    served.world.planner = new GrammarInterpreter();
    served.done("apply the policies", "COMPLETED");
  }

  @Test
  void aDraftIsNeitherHeldNorRun() {
    String draft = save(REQUEST);

    assertThat(served.get("/v1/status", VIC).json().path("held")).isEmpty();
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).hasSize(1);
    assertThat(opened(draft).path("changed").asText()).isEqualTo("nothing");
    assertThat(opened(draft).at("/plan/diff/0/after").asText()).isEqualTo("300");
  }

  @Test
  void openedAgainItSaysWhetherSomethingElseWouldChange() {
    String draft = save(REQUEST);

    served.done("set zenith's orders limit to 90 per minute", "COMPLETED");
    assertThat(opened(draft).path("changed").asText()).isEqualTo("base");
    served.done("set acme's orders limit to 450 per minute", "COMPLETED");
    assertThat(opened(draft).path("changed").asText()).isEqualTo("changes");
    assertThat(opened(draft).at("/draft/epoch").asLong()).isEqualTo(1);
  }

  @Test
  void onlyWhoKeptItSeesIt() {
    String draft = save(REQUEST);

    assertThat(served.get("/v1/drafts", BOTH).json().path("drafts")).isEmpty();
    assertThat(served.get("/v1/drafts/" + draft, BOTH).status()).isEqualTo(404);
    assertThat(served.get("/v1/drafts", VIC).status()).isEqualTo(403);
    assertThat(discarded(draft, BOTH).status()).isEqualTo(404);
    assertThat(discarded(draft, OLIVIA).status()).isEqualTo(200);
    assertThat(served.get("/v1/drafts", OLIVIA).json().path("drafts")).isEmpty();
  }

  @Test
  void theSameRequestAgainReplacesItAndTheTwentyFirstIsRefused() {
    assertThat(save(REQUEST)).isEqualTo(save(REQUEST));
    for (int i = 1; i < 20; i++) {
      save("set acme's orders limit to %d per minute".formatted(300 + i));
    }

    var refused = served.post("/v1/drafts", OLIVIA, task("block zenith"));

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text("detail")).contains("20 drafts");
    assertThat(save(REQUEST)).isNotEmpty();
    assertThat(served.get("/v1/drafts", OLIVIA).json().path("drafts")).hasSize(20);
  }

  @Test
  void itIsOverAfterThirtyDays() throws Exception {
    String draft = save(REQUEST);
    var now =
        Instant.parse(served.get("/v1/drafts/" + draft, OLIVIA).json().at("/draft/saved").asText());
    var state = served.world.ports().state();

    var before = new DraftStore(state, () -> now.plus(Duration.ofDays(29)));
    var after = new DraftStore(state, () -> now.plus(Duration.ofDays(30)));

    assertThat(before.find("olivia", draft)).isPresent();
    assertThat(after.find("olivia", draft)).isEmpty();
  }

  @Test
  void whatHasNoPlanIsNoDraft() {
    for (var text : new String[] {"set acme's orders limit to 300", "show limits acme", "hello"}) {
      assertThat(served.post("/v1/drafts", OLIVIA, task(text)).status()).as(text).isEqualTo(409);
    }
  }

  private String save(String request) {
    var answer = served.post("/v1/drafts", OLIVIA, task(request));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.text("id");
  }

  private JsonNode opened(String draft) {
    return served.get("/v1/drafts/" + draft, OLIVIA).json();
  }

  private Served.Answer discarded(String draft, String token) {
    return served.post("/v1/drafts/" + draft + "/discard", token, "{}");
  }
}
