package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.server.ServerFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strangers, and callers with few rights, who call as often as they can. */
class FloodTest {
  private static final int FLOOD = 300;
  private static final int QUEUE = 2;

  @TempDir Path folder;

  private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder, ServerFixture.bounds(QUEUE, Duration.ofSeconds(30)));
  }

  @AfterEach
  void stop() {
    served.close();
    assertThat(served.world.laws.broken()).isEmpty();
  }

  @Test
  void probesAreAnsweredWhileAStrangerFloods() {
    for (int i = 0; i < FLOOD; i++) {
      var _ = served.get("/v1/executions", "");
    }

    var answers =
        IntStream.range(0, 30).mapToObj(_ -> served.get("/healthz", "").status()).toList();
    var ready = IntStream.range(0, 30).mapToObj(_ -> served.get("/readyz", "").status()).toList();

    assertThat(answers).containsOnly(200);
    assertThat(ready).containsOnly(200);
  }

  @Test
  void callsToNothingCountAgainstAStranger() {
    assertRefused(() -> served.get("/nothing", ""), "an unknown path");
  }

  @Test
  void callsByAWrongMethodCountAgainstAStranger() {
    assertRefused(() -> served.send(served.request("/v1/tasks", "").DELETE()), "a wrong method");
  }

  @Test
  void callsToNothingCountAgainstACaller() {
    assertRefused(() -> served.get("/nothing", VIC), "a caller's unknown path");
    assertThat(served.get("/v1/executions", ANN).status()).isEqualTo(200);
  }

  @Test
  void aStrangersFloodLeavesCallersTheirShare() {
    for (int i = 0; i < FLOOD; i++) {
      var _ = served.get("/v1/executions", "forged-" + i);
    }

    assertThat(served.get("/v1/executions", VIC).status()).isEqualTo(200);
  }

  @Test
  void refusedApprovalsTakeNoPlaceAndNoLead() {
    var asked = served.post("/v1/tasks", BOTH, "{\"request\":\"apply\",\"approval\":\"manual\"}");
    String held = asked.text("execution_id");
    served.awaitResult(held, "HELD");
    String approve =
        "/v1/executions/%s/approve?plan=%s"
            .formatted(held, served.world.change(held).orElseThrow().planHash());
    served.brake.at("redis.stage");
    String first = served.submit("set acme 700");
    served.brake.awaitReached();

    var refused =
        IntStream.range(0, QUEUE * 4)
            .mapToObj(_ -> served.post(approve, BOTH, "{}").status())
            .toList();
    var waiting = served.server.executions().waiting();
    var task = served.post("/v1/tasks", OLIVIA, task("set acme 800"));

    assertThat(refused).containsOnly(403);
    assertThat(waiting).isEmpty();
    assertThat(task.status()).as(task.body()).isEqualTo(202);
    served.brake.release();
    served.awaitResult(first, "COMPLETED");
  }

  /** However much of the hash each quotes: else one approver keeps another's rejection out. */
  @Test
  void approvalsOfOneChangeByOneApproverAreOneWord() {
    String other = asked(OLIVIA);
    served.awaitResult(other, "HELD");
    String plan = served.world.change(other).orElseThrow().planHash();
    served.brake.at("redis.stage");
    served.submit("set acme 700");
    served.brake.awaitReached();

    for (int length = 8; length < 8 + 3 * QUEUE; length++) {
      String quoted = plan.substring(0, length);
      served.post("/v1/executions/" + other + "/approve?plan=" + quoted, ANN, "{}");
    }
    var rejected = served.post("/v1/executions/" + other + "/reject", BOTH, "{}");

    assertThat(rejected.status()).as(rejected.body()).isEqualTo(202);
    served.brake.release();
  }

  private String asked(String token) {
    return served
        .post("/v1/tasks", token, "{\"request\":\"apply\",\"approval\":\"manual\"}")
        .text("execution_id");
  }

  @Test
  void aFullQueueHasAPlaceForARollback() {
    String changed = served.done("apply", "COMPLETED");
    served.brake.at("redis.stage");
    served.submit("set acme 700");
    served.brake.awaitReached();
    for (int i = 0; i < QUEUE; i++) {
      served.submit("set acme " + (800 + i));
    }
    assertThat(served.post("/v1/tasks", OLIVIA, task("set acme 900")).status()).isEqualTo(429);

    var back = served.post("/v1/executions/" + changed + "/rollback", OLIVIA, "{}");

    assertThat(back.status()).as(back.body()).isEqualTo(202);
    assertThat(served.server.executions().waiting().getFirst())
        .as("it goes first")
        .isEqualTo(back.text("execution_id"));
    served.brake.release();
  }

  @Test
  void whoeverUsedUpTheirCallsMayStillFreezeAndRollBack() {
    String changed = served.done("apply", "COMPLETED");
    assertRefused(() -> served.get("/v1/executions", OLIVIA), "an operator's calls");

    var frozen = served.post("/v1/freeze", OLIVIA, "{\"reason\": \"incident\"}");
    var back = served.post("/v1/executions/" + changed + "/rollback", OLIVIA, "{}");

    assertThat(frozen.status()).as(frozen.body()).isEqualTo(200);
    assertThat(back.status()).as(back.body()).isEqualTo(202);
  }

  @Test
  void oneViewerHoldsNoMoreStreamsThanItsShare() {
    served.brake.at("redis.stage");
    String id = served.submit("apply");
    served.brake.awaitReached();
    var follow = "/v1/executions/" + id + "/events";
    List<Events> open = new ArrayList<>();
    try {
      for (int i = 0; i < 32; i++) {
        open.add(Events.open(served, served.request(follow, VIC)));
      }
      assertThat(open).extracting(Events::status).contains(200, 503);
      try (var others = Events.open(served, served.request(follow, OLIVIA))) {
        assertThat(others.status()).isEqualTo(200);
      }
    } finally {
      served.brake.release();
      open.forEach(Events::close);
    }
  }

  private interface Call {
    Served.Answer answer();
  }

  private static void assertRefused(Call call, String what) {
    var statuses = IntStream.range(0, FLOOD).mapToObj(_ -> call.answer().status()).toList();
    assertThat(statuses).as(what).contains(429);
  }
}
