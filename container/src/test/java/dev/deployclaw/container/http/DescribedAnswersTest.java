package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Calls every operation, in good and bad forms, until it has given every answer that it is said to
 * give; each answer is judged by the description.
 */
class DescribedAnswersTest extends DescribedCalls {
  /**
   * What needs a client certificate (TlsTest), a full server (FloodTest), a dead worker or 32 MB.
   */
  private static final Set<String> NOT_GIVEN_HERE =
      Set.of(
          "approveExecution 415",
          "clickInSlack 503",
          "clickInTeams 503",
          "describe 503",
          "downloadBundle 409",
          "findLogs 503",
          "findSignIns 503",
          "followExecution 503",
          "freeze 415",
          "health 503",
          "listExecutions 503",
          "listSkills 404",
          "listSkills 503",
          "metrics 503",
          "readEstate 503",
          "readExecution 503",
          "readWatch 503",
          "rejectExecution 415",
          "rollBackExecution 415",
          "sendMcpMessage 503",
          "thaw 415");

  private static final List<String> WRONG_DECISIONS =
      List.of("{\"reason\": 7}", "{\"because\": \"x\"}", "[]");
  private static final String UNCLEAR = "set acme's orders limit to 300";

  @Test
  void everyAnswerIsDescribedAndEveryDescribedAnswerIsGiven() throws Exception {
    served.world.planner = new GrammarInterpreter();
    tasks();
    questions();
    approvals();
    cards();
    ways();
    plans();
    tenants();
    drafts();
    logs();
    events();
    looks();
    messages();
    strangers();
    bodies();
    shuttingDown();
    exchange(MANY);
    withoutStateStore();
    exchange(1);
    tooOften();

    var described = new TreeSet<String>();
    description.operations().forEach(o -> described.addAll(description.statuses(o)));
    described.removeAll(given);
    assertThat(described).isEqualTo(new TreeSet<>(NOT_GIVEN_HERE));
  }

  private void tasks() {
    var first =
        expect(
            202,
            post("submitTask", OLIVIA, task("apply the policies")).with("Idempotency-Key", "k"));
    served.awaitResult(first.text("execution_id"), "COMPLETED");
    var again = post("submitTask", OLIVIA, task("apply the policies")).with("Idempotency-Key", "k");
    assertThat(expect(202, again).header("Idempotency-Replayed")).isEqualTo("true");
    expect(422, post("submitTask", OLIVIA, task("apply")).with("Idempotency-Key", "k"));
    expect(400, post("submitTask", OLIVIA, task("apply")).with("Idempotency-Key", "no key"));
    for (var body : List.of("{}", "{\"request\": 7}", "{\"request\": \" \"}", "[]")) {
      expectBadBody(post("submitTask", OLIVIA, body));
    }
    expectBadBody(post("submitTask", OLIVIA, "{\"request\": \"apply\", \"approval\": \"auto\"}"));
    expect(200, post("submitTask", OLIVIA, task("show limits acme")));
    expect(200, post("askQuestion", VIC, task("show limits acme")));
    expect(400, post("askQuestion", VIC, task("set acme 700")));
    expect(200, call("listExecutions", VIC).query("limit=1"));
    expect(400, call("listExecutions", VIC).query("limit=0"));
    expect(400, call("readExecution", VIC).query("outline=1"));
    expect(404, call("readExecution", VIC));
  }

  private void questions() {
    String asked = expect(202, post("submitTask", OLIVIA, task(UNCLEAR))).text("execution_id");
    served.awaitResult(asked, "NEEDS_CLARIFICATION");
    expect(200, call("readExecution", VIC).at(asked).query("outline=true"));
    expect(200, call("getQuestions", OLIVIA).at(asked));
    expect(403, call("getQuestions", BOTH).at(asked));
    expect(404, call("getQuestions", OLIVIA));
    String answer = "{\"answer\": \"per minute\"}";
    expect(403, post("answerTask", BOTH, answer).at(asked));
    expect(404, post("answerTask", OLIVIA, answer));
    expectBadBody(post("answerTask", OLIVIA, "{\"answer\": \" \"}").at(asked));
    var keyed = post("answerTask", OLIVIA, answer).at(asked).with("Idempotency-Key", "a");
    served.awaitResult(expect(202, keyed).text("execution_id"), "COMPLETED");
    expect(409, post("answerTask", OLIVIA, answer).at(asked));
    expect(409, call("getQuestions", OLIVIA).at(asked));
    expect(
        422,
        post("answerTask", OLIVIA, "{\"answer\": \"per hour\"}")
            .at(asked)
            .with("Idempotency-Key", "a"));
  }

  private void approvals() {
    String id = held(400);
    String plan = expect(200, call("readHeldPlan", ANN).at(id)).text("plan");
    expect(404, call("readHeldPlan", ANN));
    String shown = expect(200, call("readHold", ANN).at(id)).text("shown");
    expect(404, call("readHold", ANN));
    assertThat(expect(200, call("readHold", BOTH).at(id)).text("refusal")).isNotEmpty();
    assertThat(expect(200, call("readStatus", VIC)).json().at("/held/0/id").asText()).isEqualTo(id);
    expect(200, call("readExecution", VIC).at(id));
    String quote = "plan=" + plan.substring(0, 8);
    expect(400, post("approveExecution", ANN, "{}").at(id));
    expect(403, post("approveExecution", BOTH, "{}").at(id).query(quote));
    expect(404, post("approveExecution", ANN, "{}").query(quote));
    expect(409, post("approveExecution", ANN, "{}").at(id).query("plan=beefbeef"));
    expect(409, post("approveExecution", ANN, "{}").at(id).query(quote + "&shown=beef"));
    for (var body : WRONG_DECISIONS) {
      expectBadBody(post("approveExecution", ANN, body).at(id).query(quote));
    }
    String seen = quote + "&shown=" + shown;
    expect(202, post("approveExecution", ANN, "{\"reason\": \"agreed\"}").at(id).query(seen));
    served.awaitResult(id, "COMPLETED");

    String other = held(500);
    expect(404, call("rejectExecution", ANN));
    for (var body : WRONG_DECISIONS) {
      expectBadBody(post("rejectExecution", ANN, body).at(other));
    }
    expect(409, call("rejectExecution", ANN).at(other).query("shown=beef"));
    expect(202, call("rejectExecution", ANN).at(other));
    served.awaitResult(other, "ABORTED");
    expect(409, call("rejectExecution", ANN).at(other));
  }

  private void cards() {
    String id = held(410);
    var hold = expect(200, call("readHold", ANN).at(id)).json();
    String plan = hold.path("plan").asText();
    String shown = hold.path("shown").asText();
    String approves = DescribedChannels.approval(id, plan, shown);
    var route = call("decideByWebhook", "");
    expect(401, DescribedChannels.unsigned(route, approves));
    expect(404, route.body(approves));
    expect(400, webhook(approves.replace("\"user\"", "\"who\"")));
    expect(403, webhook(approves.replace("ann@", "vic@")));
    expect(409, webhook(approves.replace(shown, plan)));
    var signed = webhook(approves);
    expect(202, signed);
    expect(401, signed);
    served.awaitResult(id, "COMPLETED");

    expect(401, DescribedChannels.unsigned(call("clickInSlack", ""), "payload=x"));
    expect(404, call("clickInSlack", ""));
    expect(403, call("clickInSlack", "").with("Sec-Fetch-Site", "cross-site"));
    expect(400, click("{}"));
    expect(200, click(DescribedChannels.STALE_CLICK));
    clicksInTeams();
  }

  private void ways() {
    var back = call("rollBackExecution", OLIVIA).with("Idempotency-Key", "r");
    served.awaitResult(expect(202, back.at("last")).text("execution_id"), "COMPLETED");
    expect(
        422,
        post("rollBackExecution", OLIVIA, "{\"approval\": \"manual\"}")
            .at("last")
            .with("Idempotency-Key", "r"));
    expect(404, call("rollBackExecution", OLIVIA));
    expect(200, call("rehearseRollback", OLIVIA).at("last"));
    expect(404, call("rehearseRollback", OLIVIA));
    expectBadBody(post("rollBackExecution", OLIVIA, "{\"approval\": \"auto\"}").at("last"));
    expect(200, post("freeze", BOTH, "{\"reason\": \"incident 4711\"}"));
    expect(200, call("readStatus", VIC));
    expectBadBody(post("freeze", BOTH, "{}"));
    expectBadBody(post("freeze", BOTH, "{\"reason\": \" \"}"));
    expect(200, call("thaw", BOTH));
    expect(200, post("thaw", BOTH, "{}"));
    expectBadBody(post("thaw", BOTH, "{\"reason\": \"over\"}"));
  }

  private void plans() {
    expect(200, post("planRequest", VIC, task(CLEAR.formatted(700))));
    expect(200, post("planRequest", VIC, task("show limits acme")));
    var unclear = expect(200, post("planRequest", VIC, task(UNCLEAR)));
    assertThat(unclear.text("outcome")).isEqualTo("needs-clarification");
    String asked = expect(202, post("submitTask", OLIVIA, task(UNCLEAR))).text("execution_id");
    served.awaitResult(asked, "NEEDS_CLARIFICATION");
    String answer = "{\"request\": \"per minute\", \"answers\": \"%s\"}".formatted(asked);
    assertThat(expect(200, post("planRequest", OLIVIA, answer)).text("outcome"))
        .isEqualTo("planned");
    assertThat(expect(200, post("planRequest", VIC, answer)).text("outcome")).isEqualTo("refused");
    for (var body : List.of("{}", "{\"request\": \" \"}", "[]", "{\"request\": \"x\", \"y\": 1}")) {
      expectBadBody(post("planRequest", VIC, body));
    }
    expectBadBody(post("planRequest", VIC, "{\"request\": \"x\", \"answers\": \"..\"}"));
    expect(200, post("weighRequest", VIC, task(CLEAR.formatted(700))));
    expect(200, post("weighRequest", VIC, task(UNCLEAR)));
    expectBadBody(post("weighRequest", VIC, "{}"));
  }

  private void tenants() {
    expect(200, call("findTenants", VIC).query("limit=1"));
    expect(200, call("findTenants", VIC).query("search=orders"));
    expect(400, call("findTenants", VIC).query("limit=0"));
    expect(400, call("findTenants", VIC).query("search=" + "x".repeat(201)));
    expect(200, call("readTenant", VIC).at("acme"));
    expect(404, call("readTenant", VIC));
  }

  private void drafts() {
    expect(200, call("listDrafts", OLIVIA));
    var draft = expect(200, post("saveDraft", OLIVIA, task(CLEAR.formatted(800))));
    expect(200, call("listDrafts", OLIVIA));
    expect(409, post("saveDraft", OLIVIA, task(UNCLEAR)));
    expectBadBody(post("saveDraft", OLIVIA, "{}"));
    expectBadBody(
        post("saveDraft", OLIVIA, "{\"request\": \"per minute\", \"answers\": \"arch-1\"}"));
    expect(200, call("openDraft", OLIVIA).at(draft.text("id")));
    expect(404, call("openDraft", BOTH).at(draft.text("id")));
    expect(404, post("discardDraft", BOTH, "{}").at(draft.text("id")));
    expect(200, post("discardDraft", OLIVIA, "{}").at(draft.text("id")));
  }

  private void events() {
    String id = served.submit(CLEAR.formatted(600));
    var stream = call("followExecution", VIC).at(id);
    try (var events = Events.open(served, stream.request(served))) {
      String last = "";
      for (var event : events.all()) {
        var schema =
            switch (event.kind()) {
              case "thought" -> "ThoughtEvent";
              case "superseded" -> "SupersededEvent";
              case "result" -> "ResultEvent";
              default -> "";
            };
        if (!schema.isEmpty()) {
          assertThat(description.faults(schema, event.data())).as(event.data()).isEmpty();
          last = schema.equals("ThoughtEvent") ? event.id() : last;
        }
      }
      expect(204, stream.with("Last-Event-ID", last));
    }
    expect(200, stream);
    expect(400, stream.with("Last-Event-ID", "none"));
    expect(404, call("followExecution", VIC));
    assertThat(description.faults("SupersededEvent", "{\"after\": 11}")).isEmpty();
  }

  private void looks() {
    served.world.gateway.tamper("two", "by hand");
    for (var id :
        List.of(
            "readEstate",
            "readTopology",
            "readPolicies",
            "readDrift",
            "readWatch",
            "readStatus",
            "listSkills",
            "metrics")) {
      expect(200, call(id, VIC));
    }
    for (var id : List.of("health", "readiness", "describe")) {
      expect(200, call(id, ""));
    }
  }

  private void messages() {
    expect(200, message("tools/list", 1));
    expect(404, message("no/such", 1));
    expect(400, post("sendMcpMessage", VIC, "{"));
    expect(
        400, post("sendMcpMessage", VIC, "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"x\"}"));
    String notification = "{\"jsonrpc\": \"2.0\", \"method\": \"notifications/cancelled\"}";
    expect(
        202,
        post("sendMcpMessage", VIC, notification).with("Mcp-Method", "notifications/cancelled"));
  }

  /** Without a credential, with one that is unknown, with another role, and from a page. */
  private void strangers() {
    for (var operation : where(o -> o.fields().has("x-role"))) {
      String id = operation.id();
      expect(401, call(id, ""));
      expect(401, call(id, "unknown"));
      expect(403, call(id, BOTH).with("Sec-Fetch-Site", "cross-site"));
      if (!operation.fields().path("x-role").asText().equals("viewer")) {
        expect(403, call(id, VIC));
      }
    }
    var wrong = served.send(served.request("/v1/tasks", VIC).DELETE());
    assertThat(wrong.header("Allow")).isEqualTo("POST");
    description.checkDefault(description.operation("submitTask"), wrong);
  }

  private void bodies() {
    String tooLong = "{\"request\": \"" + "x".repeat(70_000) + "\"}";
    for (var operation : where(o -> o.method().equals("POST"))) {
      boolean approves = operation.fields().path("x-role").asText().equals("approver");
      expect(413, post(operation.id(), approves ? ANN : BOTH, tooLong));
    }
    for (var id :
        List.of(
            "submitTask",
            "askQuestion",
            "answerTask",
            "planRequest",
            "weighRequest",
            "saveDraft",
            "sendMcpMessage")) {
      expect(415, post(id, BOTH, task("apply")).with("Content-Type", "text/plain"));
    }
  }

  private void withoutStateStore() {
    served.world.store.reachable(false);
    List.of("readTopology", "readPolicies", "readDrift", "readStatus", "findTenants", "readTenant")
        .forEach(id -> expect(503, call(id, VIC)));
    expect(200, call("readEstate", VIC));
    for (var id : List.of("listDrafts", "openDraft", "discardDraft")) {
      expect(503, call(id, OLIVIA));
    }
    expect(503, post("saveDraft", OLIVIA, task("block acme")));
    expect(503, call("readChain", VIC));
    expect(503, call("downloadBundle", VIC));
    expect(503, post("planRequest", VIC, task("block acme")));
    expect(503, post("weighRequest", VIC, task("block acme")));
    expect(503, post("submitTask", OLIVIA, task("apply the policies")));
    expect(503, post("askQuestion", VIC, task("show limits acme")));
    expect(503, call("getQuestions", OLIVIA));
    expect(503, post("answerTask", OLIVIA, "{\"answer\": \"yes\"}"));
    expect(503, call("readHeldPlan", ANN));
    expect(503, call("readHold", ANN));
    expect(503, call("approveExecution", ANN).query("plan=12345678"));
    expect(503, call("rejectExecution", ANN));
    String hash = "0".repeat(64);
    expect(503, webhook(DescribedChannels.approval("arch-none", hash, hash)));
    expect(503, call("rollBackExecution", OLIVIA));
    expect(503, call("rehearseRollback", OLIVIA));
    expect(503, post("freeze", BOTH, "{\"reason\": \"incident 4711\"}"));
    expect(503, call("thaw", BOTH));
  }

  private void shuttingDown() {
    served.server.stopAccepting();
    expect(503, call("readiness", ""));
    expect(503, post("submitTask", OLIVIA, task("apply the policies")));
  }

  /** A stranger's burst is used up first. It counts no signed calls, apart from foreign pages'. */
  private void tooOften() {
    for (int i = 0; i < 12; i++) {
      var _ = served.get("/v1/openapi.yaml", "");
    }
    for (var operation : where(o -> o.fields().path("responses").has("429"))) {
      var often = call(operation.id(), "");
      boolean signed = operation.path().startsWith("/v1/approvals/");
      var answer = expect(429, signed ? often.with("Sec-Fetch-Site", "cross-site") : often);
      assertThat(answer.header("Retry-After")).isNotEmpty();
    }
    for (var id : List.of("health", "readiness")) {
      expect(200, call(id, ""));
    }
  }
}
