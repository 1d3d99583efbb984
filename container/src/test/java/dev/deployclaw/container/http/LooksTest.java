package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be looked at over HTTP. */
class LooksTest {
  @TempDir Path folder;

  private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    var vitals =
        List.of(
            new BackendHealthCheck("etcd", Optional::empty),
            new BackendHealthCheck("nats", trouble::get));
    served = Served.start(folder, vitals);
  }

  @Test
  void showsWhatIsWhere() {
    var topology = served.get("/v1/topology", VIC).json();

    assertThat(topology.path("looks").fieldNames())
        .toIterable()
        .contains("redis.topology", "gateway.topology");
    assertThat(topology.at("/looks/redis.topology/reports")).isNotEmpty();
    assertThat(topology.path("epoch").asLong()).isZero();
  }

  @Test
  void showsTheCommittedPolicies() {
    served.done("apply", "COMPLETED");

    var policies = served.get("/v1/policies", VIC).json();

    assertThat(policies.path("epoch").asLong()).isEqualTo(1);
    assertThat(policies.at("/committed/tenants").toString()).contains("acme", "zenith");
    assertThat(policies.path("digest").asText())
        .isEqualTo(served.world.active().orElseThrow().digest());
  }

  @Test
  void answersAViewersQuestionWithoutAnExecution() {
    served.done("apply", "COMPLETED");
    var before = revisions();
    var known = served.get("/v1/executions", VIC).json().path("executions");

    var answer = served.post("/v1/questions", VIC, task("show limits acme"));
    var sent = served.post("/v1/tasks", OLIVIA, task("show limits acme"));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().at("/answer/topic").asText()).isEqualTo("limits");
    assertThat(answer.json().at("/answer/arguments/tenants/0").asText()).isEqualTo("acme");
    assertThat(answer.json().at("/answer/rows/0/text").asText()).isEqualTo("acme isn't blocked");
    assertThat(answer.json().at("/answer/rows/0/evidence/epoch").asLong()).isEqualTo(1);
    assertThat(sent.status()).isEqualTo(200);
    assertThat(sent.json()).isEqualTo(answer.json());
    assertThat(served.post("/v1/tasks", VIC, task("show limits acme")).status()).isEqualTo(403);
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEqualTo(known);
    assertThat(revisions()).isEqualTo(before);
  }

  @Test
  void aChangeIsNoQuestion() {
    var before = revisions();

    var refused = served.post("/v1/questions", VIC, task("set acme 700"));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("place")).isEqualTo("body.request");
    assertThat(revisions()).isEqualTo(before);
  }

  /** Of each key in the state store. */
  private Map<String, Long> revisions() {
    return served.world.store.list("").stream()
        .collect(Collectors.toMap(Entry::key, Entry::modRevision));
  }

  @Test
  void showsDrift() {
    served.done("apply", "COMPLETED");
    served.world.gateway.tamper("two", "by hand");

    var drift = served.get("/v1/drift", VIC).json();

    assertThat(drift.path("drift").isArray()).isTrue();
  }

  @Test
  void saysThatTheStateStoreIsAway() {
    served.world.store.reachable(false);

    assertThat(served.get("/v1/drift", VIC).text("type"))
        .isEqualTo("urn:deployclaw:problem:unreachable");
    assertThat(served.get("/v1/policies", VIC).status()).isEqualTo(503);
  }

  @Test
  void isReadyWhileEachBackEndAnswersAndNamesTheOneThatDoesNot() {
    assertThat(served.get("/readyz", "").json().path("ready").asBoolean()).isTrue();

    trouble.set(Optional.of("no greeting"));

    BoundedWait.until(
        "it isn't ready", ServerFixture.SOON, () -> served.get("/readyz", "").status() == 503);
    var ready = served.get("/readyz", "").json();
    assertThat(ready.at("/backends/0").toString()).contains("etcd", "true");
    assertThat(ready.at("/backends/1/name").asText()).isEqualTo("nats");
    assertThat(ready.at("/backends/1/up").asBoolean()).isFalse();
    assertThat(ready.at("/backends/1/reason").asText()).isEqualTo("no greeting");
    assertThat(served.get("/healthz", "").status()).isEqualTo(200);
  }

  @Test
  void countsForPrometheus() {
    served.done("apply", "COMPLETED");
    served.done("destroy everything", "REFUSED");
    served.get("/v1/executions", "wrong");
    served.post("/v1/tasks", OLIVIA, "{}");

    var metrics = served.get("/metrics", VIC);

    assertThat(metrics.header("Content-Type")).startsWith("text/plain; version=0.0.4");
    assertThat(metrics.body())
        .contains(
            "deployclaw_runs_total{result=\"COMPLETED\"} 1.0",
            "deployclaw_runs_total{result=\"REFUSED\"} 1.0",
            "deployclaw_phase_seconds_count{phase=\"prepare\"} 1",
            "deployclaw_votes_total{answer=\"no\"} 0.0",
            "deployclaw_refusals_total{by=\"request\"} 1.0",
            "deployclaw_refusals_total{by=\"credential\"} 1.0",
            "deployclaw_audit_backlog_records 2.0",
            "deployclaw_leader 0.0",
            "deployclaw_backend_up{backend=\"nats\"} 1.0",
            "deployclaw_queue_waiting 0.0",
            "deployclaw_http_requests_seconds_count{method=\"POST\",route=\"/v1/tasks\",status=\"400\"}"
                + " 1")
        .containsPattern("deployclaw_votes_total\\{answer=\"yes\"} [1-9]")
        .contains("deployclaw_active_epoch ");
  }
}
