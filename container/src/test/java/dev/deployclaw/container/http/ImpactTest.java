package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request would have meant to the latest requests, over HTTP; and a tenant's overlays. */
class ImpactTest {
  @TempDir Path folder;

  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    served = AccessLogs.served(folder);
    served.world.planner = new GrammarInterpreter();
    served.world.sources.put("all.yaml", limits("edge", "all-requests", "search", "per-second"));
    served.world.sources.put(
        "gold.yaml", FakeSourcesExecutor.document("gold", 9000).replace("orders", "everything"));
    served.world.sources.put(
        "member.yaml",
        FakeSourcesExecutor.document("hooli", 50).replace("spec:", "spec:\n  parent: gold"));
    served.done("apply the policies", "COMPLETED");
  }

  @Test
  void saysWhoWouldBeRefusedByWhichLimitAndLeavesAllAsItIs() throws Exception {
    AccessLogs.write(served, folder, "hooli", 200, 1);
    var known = served.get("/v1/executions", VIC).json().path("executions");

    var found = weigh("set hooli's orders limit to 10 per minute");

    var traffic = found.path("traffic");
    assertThat(traffic.path("state").asText()).isEqualTo("replayed");
    assertThat(traffic.path("requests").asInt()).isEqualTo(200);
    assertThat(traffic.path("refused_before").asInt()).isZero();
    assertThat(traffic.path("newly_refused").asInt()).isPositive();
    assertThat(traffic.at("/tenants/0/tenant").asText()).isEqualTo("hooli");
    assertThat(traffic.at("/tenants/0/by").asText()).isEqualTo("hooli/orders");
    var plan = served.post("/v1/plans", VIC, task("set hooli's orders limit to 10 per minute"));
    assertThat(found.path("plan").asText()).isEqualTo(plan.json().at("/plan/hash").asText());
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEqualTo(known);
  }

  @Test
  void aWiderLimitSaysWhatItAdmitsAgain() throws Exception {
    AccessLogs.write(served, folder, "hooli", 300, 4);

    var traffic = weigh("set hooli's orders limit to 500 per minute").path("traffic");

    assertThat(traffic.path("newly_admitted").asInt()).isPositive();
    assertThat(traffic.at("/tenants/0/by_before").asText()).isEqualTo("hooli/orders");
  }

  /** Requests of others aren't replayed, but counted. */
  @Test
  void whomTheChangeCanNotTouchIsOnlyCounted() throws Exception {
    AccessLogs.write(served, folder, "acme", 30, 1);

    var traffic = weigh("set hooli's orders limit to 10 per minute").path("traffic");

    assertThat(traffic.path("requests").asInt()).isEqualTo(30);
    assertThat(traffic.path("replayed").asInt()).isZero();
    assertThat(traffic.path("newly_refused").asInt()).isZero();
  }

  @Test
  void aLogThatIsNotThereIsSaid() {
    var traffic = weigh("set hooli's orders limit to 10 per minute").path("traffic");

    assertThat(traffic.path("state").asText()).isEqualTo("unknown");
    assertThat(traffic.at("/notes/0").asText()).contains("gw-01", "no file");
  }

  /** As the console writes it: the plan is of that limit alone. */
  @ParameterizedTest
  @CsvSource({
    "hooli, orders, 5, minute", "hooli, orders, 7, second", "hooli, orders, 500, hour",
    "hooli, orders, 900, day", "hooli, orders, 30, 10 seconds", "gold, everything, 70, minute",
    "edge, all-requests, 20, minute", "edge, per-second, 20, second",
  })
  void whatIfChangesThatLimitAlone(String owner, String limit, int requests, String unit) {
    var found =
        weigh("set %s limit %s to %d requests per %s".formatted(owner, limit, requests, unit));

    assertThat(found.path("limits")).as(found.toString()).hasSize(1);
    assertThat(found.at("/limits/0/owner").asText()).isEqualTo(owner);
    assertThat(found.at("/limits/0/limit").asText()).isEqualTo(limit);
    var curves = found.at("/limits/0/curves");
    assertThat(curves.path("before")).hasSize(61);
    assertThat(curves.path("after")).hasSize(61).isNotEqualTo(curves.path("before"));
  }

  @Test
  void whatNeedsAnAnswerFirstHasNoImpact() {
    var found = weigh("set hooli's orders limit to 10");

    assertThat(found.path("outcome").asText()).isEqualTo("needs-clarification");
    assertThat(found.path("traffic").isMissingNode()).isTrue();
  }

  @Test
  void aTenantHasTheOverlaysOverItAndItsGroupsWithTheirEnd() {
    served.done("set hooli's orders limit to 60 per minute for 2 hours", "COMPLETED");
    served.done("set gold's everything limit to 8000 per minute", "COMPLETED");

    var overlays = served.get("/v1/tenants/hooli", VIC).json().path("overlays");

    assertThat(overlays).as(overlays.toString()).hasSize(2);
    assertThat(overlays.at("/0/tenant").asText()).isEqualTo("hooli");
    assertThat(overlays.at("/0/author").asText()).isEqualTo("olivia");
    assertThat(overlays.at("/0/reason").asText()).contains("for 2 hours");
    assertThat(Instant.parse(overlays.at("/0/until").asText()))
        .isAfter(Instant.parse(overlays.at("/0/at").asText()).plus(Duration.ofMinutes(119)));
    assertThat(overlays.at("/1/tenant").asText()).isEqualTo("gold");
    assertThat(overlays.at("/1/until").isMissingNode()).isTrue();
    assertThat(served.get("/v1/tenants/zenith", OLIVIA).json().path("overlays")).isEmpty();
  }

  private JsonNode weigh(String request) {
    return served.post("/v1/impact", VIC, task(request)).json();
  }

  private static String limits(String tenant, String... names) {
    var out =
        new StringBuilder(FakeSourcesExecutor.document(tenant, 60).replaceAll("(?s) {4}- .*", ""));
    for (String name : names) {
      out.append("    - {name: ").append(name).append(", requests: 60, window: 1m}\n");
    }
    return out.toString();
  }
}
