package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the console reads: status, plans, tenants, skills. */
class ConsoleReadsTest {
  @TempDir Path folder;

  private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder);
    served.world.planner = new GrammarInterpreter();
    served.world.sources.put(
        "group.yaml",
        FakeSourcesExecutor.document("gold", 9000)
            .replace("service: orders", "service: search")
            .replace("name: orders", "name: all"));
    served.world.sources.put(
        "member.yaml",
        FakeSourcesExecutor.document("hooli", 50)
            .replace("tenant: hooli", "tenant: hooli\n  labels: {tier: Gold}")
            .replace("spec:", "spec:\n  parent: gold"));
    served.done("apply the policies", "COMPLETED");
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void statusNamesWhatIsCommittedAndHeld() {
    String body =
        "{\"request\": \"set acme's orders limit to 300 per minute\", \"approval\": \"manual\"}";
    String held = served.post("/v1/tasks", OLIVIA, body).text("execution_id");
    served.awaitResult(held, "HELD");

    var status = served.get("/v1/status", VIC).json();

    assertThat(status.at("/active/epoch").asLong()).isEqualTo(1);
    assertThat(status.at("/held/0/id").asText()).isEqualTo(held);
    assertThat(status.at("/held/0/requester").asText()).isEqualTo("olivia");
    assertThat(status.path("frozen").asBoolean()).isFalse();
    served.world.store.reachable(false);
    assertThat(served.get("/v1/status", VIC).status()).isEqualTo(503);
  }

  @Test
  void aPlanSaysWhatWouldChangeAndChangesNothing() {
    var known = served.get("/v1/executions", VIC).json().path("executions");

    var plan =
        served.post("/v1/plans", VIC, task("set acme's orders limit to 300 per minute")).json();

    assertThat(plan.path("outcome").asText()).isEqualTo("planned");
    assertThat(plan.path("sentence").asText())
        .isEqualTo("set acme on orders to 300 requests per minute");
    assertThat(plan.at("/blast_radius/tenants").toString()).isEqualTo("[\"acme\"]");
    assertThat(plan.at("/diff/0/before").asText()).isEqualTo("600");
    assertThat(plan.at("/diff/0/after").asText()).isEqualTo("300");
    assertThat(plan.path("changes_nothing").asBoolean()).isFalse();
    var impact = served.post("/v1/impact", VIC, task("set acme's orders limit to 300 per minute"));
    assertThat(impact.json().at("/traffic/state").asText()).isEqualTo("no-log");
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEqualTo(known);
  }

  @Test
  void aPlanOfAnAnswerGoesOnWithTheQuestionAndLeavesItOpen() {
    String asked =
        served
            .post("/v1/tasks", OLIVIA, task("set acme's orders limit to 300"))
            .text("execution_id");
    served.awaitResult(asked, "NEEDS_CLARIFICATION");
    String answer = "{\"request\": \"per minute\", \"answers\": \"" + asked + "\"}";

    var plan = served.post("/v1/plans", OLIVIA, answer).json();

    assertThat(plan.path("sentence").asText()).contains("300 requests per minute");
    assertThat(served.get("/v1/tasks/" + asked + "/questions", OLIVIA).status()).isEqualTo(200);
    var others = served.post("/v1/plans", VIC, answer).json();
    assertThat(others.path("outcome").asText()).isEqualTo("refused");
    assertThat(others.path("reason").asText()).contains("only the requester");
  }

  @Test
  void aPlanThatCantBeMadeSaysWhy() {
    var open = served.post("/v1/plans", VIC, task("set acme's orders limit to 300")).json();
    assertThat(open.path("outcome").asText()).isEqualTo("needs-clarification");
    assertThat(open.at("/clarifications/0/choices/1").asText()).isEqualTo("per minute");
    assertThat(served.post("/v1/plans", VIC, "{}").text("place")).isEqualTo("body.request");
    assertThat(
            served
                .post("/v1/plans", VIC, "{\"request\": \"x\", \"answers\": \"..\"}")
                .text("place"))
        .isEqualTo("body.answers");
    served.world.store.reachable(false);
    assertThat(served.post("/v1/plans", VIC, task("block acme")).status()).isEqualTo(503);
  }

  @Test
  void tenantsAreFoundByNameGroupLabelAndService() {
    assertThat(found("")).containsExactly("acme", "gold", "hooli", "zenith");
    assertThat(found("HOO")).containsExactly("hooli");
    assertThat(found("gold")).containsExactly("gold", "hooli");
    assertThat(found("tier=gold")).containsExactly("hooli");
    assertThat(found("search")).containsExactly("gold");
    assertThat(found("orders hoo")).containsExactly("hooli");
    assertThat(found("no-such")).isEmpty();

    var first = served.get("/v1/tenants?limit=3", VIC).json();
    assertThat(first.path("found").asInt()).isEqualTo(4);
    assertThat(first.path("next").asText()).isEqualTo("hooli");
    var rest = served.get("/v1/tenants?limit=3&after=hooli", VIC).json();
    assertThat(rest.at("/tenants/0/tenant").asText()).isEqualTo("zenith");
    assertThat(rest.path("next").isMissingNode()).isTrue();
    assertThat(served.get("/v1/tenants?limit=0", VIC).text("place")).isEqualTo("query limit");
  }

  @Test
  void aTenantHasItsLimitsAndThoseOfItsGroups() {
    var tenant = served.get("/v1/tenants/hooli", VIC).json();

    assertThat(tenant.path("groups").toString()).isEqualTo("[\"gold\"]");
    assertThat(tenant.at("/limits/0/owner").asText()).isEqualTo("hooli");
    assertThat(tenant.at("/limits/0/text").asText()).isEqualTo("token-bucket, 50 in 1m");
    assertThat(tenant.at("/limits/1/owner").asText()).isEqualTo("gold");
    assertThat(tenant.at("/limits/1/service").asText()).isEqualTo("search");
    assertThat(tenant.path("blocked_by")).isEmpty();
    var curve = tenant.at("/limits/0/curve");
    assertThat(curve.path("seconds").asLong()).isEqualTo(120);
    assertThat(curve.path("asked").asLong()).isEqualTo(200);
    assertThat(curve.path("admitted")).hasSize(61);
    assertThat(curve.path("admitted").get(60).asLong()).isBetween(140L, 150L); // burst and rate
    String block = served.done("block gold", "HELD");
    served.approve(block, ANN);
    served.awaitResult(block, "COMPLETED");
    assertThat(served.get("/v1/tenants/hooli", VIC).json().path("blocked_by").toString())
        .isEqualTo("[\"gold\"]");
    assertThat(served.get("/v1/tenants/nobody", VIC).status()).isEqualTo(404);
  }

  @Test
  void skillsAreThoseOfTheCommand() {
    assertThat(served.get("/v1/skills", VIC).json().path("skills").findValuesAsText("name"))
        .contains("orchestrate-rate-limits");
  }

  private Iterable<String> found(String search) {
    var page =
        served.get("/v1/tenants?search=" + search.replace(" ", "%20").replace("=", "%3D"), VIC);
    var out = new ArrayList<String>();
    page.json().path("tenants").forEach(tenant -> out.add(tenant.path("tenant").asText()));
    return out;
  }
}
