package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A question of each topic, on an estate that has a change, a held one, and a tenant at its limit.
 */
@Slow(
    guard = "dev.deployclaw.lab.ReferenceRunTest#answersQuestionsOnTheTerminal",
    because = "it changes a real estate, uses a limit up, and serves")
class AskTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);

  /** Twice what oscorp may send. */
  private static final int MOST_REQUESTS = 800;

  private static String changed = "";
  private static String held = "";

  private long revision;

  @BeforeAll
  static void setUp() {
    var first = scene.run("run", "set umbrella's search limit to 360 per minute");
    assertThat(first.exit()).as(first.err()).isZero();
    changed = first.json().path("execution_id").asText();
    var second = scene.run("run", "set umbrella's search limit to 340 per minute after approval");
    assertThat(second.exit()).as(second.err()).isEqualTo(5);
    held = second.json().path("execution_id").asText();
    BoundedWait.until("the gateway passes requests on", SOON, () -> request() != 503);
    for (int i = 0; i < MOST_REQUESTS && request() == 200; i++) {}
  }

  @AfterAll
  static void tearDown() {
    assertThat(scene.run("reject", held).exit()).isZero();
  }

  @BeforeEach
  void remember() {
    revision = scene.keys().revision();
  }

  @AfterEach
  void nothingWasWritten() {
    assertThat(scene.keys().revision()).isEqualTo(revision);
  }

  @Test
  void limits() {
    var answer = ask("plan", "what is umbrella's limit on search?");

    assertThat(answer.path("topic").asText()).isEqualTo("limits");
    var search = evidence(answer, "limit", "search");
    assertThat(search.path("requests").asLong()).isEqualTo(360);
    assertThat(search.path("window_seconds").asLong()).isEqualTo(60);
    assertThat(search.path("epoch")).isEqualTo(scene.active().path("epoch"));
    assertThat(answer.path("text").asText()).contains("umbrella/search: token-bucket, 360 in 1m");
  }

  @Test
  void usage() {
    var answer = ask("run", "how close is oscorp to its limit?");
    var top = EtcdKeyspace.tree(scene.quickAgent(Map.of()).run("top", "--json").out());

    var row = evidence(answer, "tenant", "oscorp");
    var same =
        stream(top.path("limits"))
            .filter(l -> l.path("tenant").equals(row.path("tenant")))
            .filter(l -> l.path("limit").equals(row.path("limit")))
            .findFirst()
            .orElseThrow();
    assertThat(row.path("capacity")).isEqualTo(same.path("capacity"));
    assertThat(row.path("used").asLong())
        .isPositive()
        .isGreaterThanOrEqualTo(same.path("used").asLong());
    assertThat(answer.path("rows"))
        .allMatch(r -> r.at("/evidence/tenant").asText().equals("oscorp"));
  }

  @Test
  void check() {
    String[] words = {"check", "globex", "orders", "/orders/1", "GET", "--json"};
    var check = EtcdKeyspace.tree(scene.quickAgent(Map.of()).run(words).out());

    var answer = ask("ask", "would GET /orders/1 for globex pass?");

    assertThat(answer.at("/rows/0/evidence/passes")).isEqualTo(check.path("passes"));
    assertThat(answer.at("/rows/0/evidence/service").asText()).isEqualTo("orders");
    var applies =
        stream(check.path("limits")).filter(l -> l.path("why").asText().equals("applies")).toList();
    assertThat(applies).isNotEmpty();
    for (JsonNode limit : applies) {
      var row = evidence(answer, "limit", limit.path("limit").asText());
      assertThat(row.path("capacity")).isEqualTo(limit.path("capacity"));
      assertThat(row.path("remaining").asLong())
          .isGreaterThanOrEqualTo(limit.path("remaining").asLong());
    }
  }

  @Test
  void anUnclearQuestionIsAskedBackByWhatCanBeAnswered() {
    var unclear = scene.run("ask", "how many in zebra?");

    assertThat(unclear.exit()).as(unclear.out()).isEqualTo(3);
    assertThat(unclear.out())
        .contains("I don't know \\\"zebra\\\"", "What do you want to know: limits, usage")
        .doesNotContain("in which window");
  }

  @Test
  void history() {
    var answer = ask("ask", "who changed umbrella's limit last?");

    assertThat(answer.path("rows")).hasSize(1);
    var row = answer.at("/rows/0/evidence");
    assertThat(row.path("execution_id").asText()).isEqualTo(changed);
    assertThat(row.path("diff").toString()).contains("\"after\":\"360\"");
    assertThat(row.path("requester").asText())
        .isEqualTo(scene.run("history", "umbrella").json().at("/changes/0/requester").asText());
    assertThat(ask("ask", "what changed yesterday?").path("text").asText())
        .isEqualTo("no committed change in that time");
    assertThat(ask("ask", "what changed today?").path("text").asText()).contains(changed);
  }

  @Test
  void explain() {
    var tenant = ask("ask", "why is oscorp being throttled?");
    var execution = ask("ask", "explain " + changed);

    assertThat(evidence(tenant, "tenant", "oscorp").path("used").asLong()).isPositive();
    assertThat(tenant.path("text").asText()).contains("oscorp/", " committed epoch ");
    assertThat(execution.at("/rows/0/text").asText()).startsWith(changed + "  COMPLETED");
    assertThat(execution.at("/rows/0/evidence/execution_id").asText()).isEqualTo(changed);
  }

  @Test
  void status() {
    var answer = ask("ask", "what is pending?");

    assertThat(evidence(answer, "execution_id", held).path("plan").asText()).hasSize(64);
    assertThat(answer.path("text").asText()).contains(held + " of ", " waits for an approval: ");
  }

  @Test
  void drift() {
    var answer = ask("run", "any drift?");

    assertThat(answer.path("topic").asText()).isEqualTo("drift");
    assertThat(answer.at("/rows/0/text").asText()).startsWith("no drift");
    assertThat(answer.at("/rows/0/evidence/epoch")).isEqualTo(scene.active().path("epoch"));
  }

  @Test
  void validate() {
    var answer = ask("ask", "validate umbrella");

    assertThat(answer.path("topic").asText()).isEqualTo("validate");
    assertThat(answer.at("/rows/0/text").asText()).startsWith("nothing is wrong");
  }

  @Test
  void impact() {
    var answer = ask("ask", "what would happen if I halved umbrella's search limit?");

    var row = evidence(answer, "field", "requests");
    assertThat(row.path("before").asText()).isEqualTo("360");
    assertThat(row.path("after").asText()).isEqualTo("180");
    assertThat(row.path("limit").asText()).isEqualTo("search");
    assertThat(answer.at("/rows/0/evidence/base_epoch")).isEqualTo(scene.active().path("epoch"));
  }

  @Test
  void aViewerAsksTheServingAgent() throws Exception {
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      BoundedWait.until("it is ready", SOON, () -> sidecar.get("/readyz").status() == 200);
      var records = scene.keys().below("audit/").keySet();
      String question = "{\"request\": \"what is umbrella's limit on search?\"}";

      var answer = sidecar.post("/v1/questions", ServingAgent.VIEWER, question);

      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(
              evidence(answer.json().path("answer"), "limit", "search").path("requests").asLong())
          .isEqualTo(360);
      assertThat(sidecar.post("/v1/tasks", ServingAgent.VIEWER, question).status()).isEqualTo(403);
      assertThat(scene.keys().below("audit/").keySet()).isEqualTo(records).isNotEmpty();
    }
    revision = scene.keys().revision(); // a serving agent takes the lead when it starts
  }

  @Test
  void aRequestIsNoQuestion() {
    var ran = scene.quickAgent(Map.of()).run("ask", "set umbrella's search limit to 20 rps");

    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).contains("that asks for a change");
  }

  private static JsonNode ask(String command, String question) {
    var ran = scene.quickAgent(Map.of()).run(command, "--json", question);
    assertThat(ran.exit()).as(ran.err() + ran.out()).isZero();
    assertThat(ran.json().path("outcome").asText()).isEqualTo("answered");
    return ran.json().path("answer");
  }

  /** Of the first row that has it. */
  private static JsonNode evidence(JsonNode answer, String field, String value) {
    return stream(answer.path("rows"))
        .map(row -> row.path("evidence"))
        .filter(e -> e.path(field).asText().equals(value))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + field + " " + value + " in " + answer));
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static int request() {
    return scene.gateway("gw-01").ask("oscorp", "/checkout/1").status();
  }
}
