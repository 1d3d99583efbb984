package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may call, and how much. */
class SecurityTest {
  @TempDir Path folder;

  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder);
  }

  @Test
  void answersNobodyWithoutACredentialButProbes() {
    for (var path : List.of("/v1/executions", "/v1/topology", "/v1/drift", "/metrics")) {
      var answer = served.get(path, "");
      assertThat(answer.status()).as(path).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
      assertThat(answer.text("remedy")).contains("Bearer TOKEN");
    }
    assertThat(served.get("/healthz", "").status()).isEqualTo(200);
    assertThat(served.get("/readyz", "").status()).isEqualTo(200);
    assertThat(served.get("/v1/openapi.yaml", "").status()).isEqualTo(200);
  }

  @Test
  void knowsTokensOnly() {
    assertThat(served.get("/v1/executions", "wrong").status()).isEqualTo(401);
    assertThat(served.get("/v1/executions", Served.hash(VIC)).status()).isEqualTo(401);
    assertThat(served.get("/v1/executions", VIC.substring(1)).status()).isEqualTo(401);
    var basic = served.request("/v1/executions", "").header("Authorization", "Basic " + VIC);
    assertThat(served.send(basic.GET()).status()).isEqualTo(401);
    assertThat(served.get("/v1/executions", VIC).status()).isEqualTo(200);
  }

  @Test
  void letsEachRoleDoItsOwn() {
    String id = served.done("apply manually", "HELD");

    assertThat(served.post("/v1/tasks", VIC, task("apply")).status()).isEqualTo(403);
    assertThat(served.post("/v1/tasks", ANN, task("apply")).status()).isEqualTo(403);
    var approval = served.post("/v1/executions/" + id + "/approve", OLIVIA, "");
    assertThat(approval.status()).isEqualTo(403);
    assertThat(approval.text("detail")).isEqualTo("olivia lacks the role approver");
    assertThat(served.post("/v1/executions/" + id + "/rollback", ANN, "").status()).isEqualTo(403);
    assertThat(served.get("/v1/executions/" + id, OLIVIA).text("result")).isEqualTo("HELD");
  }

  @Test
  void refusesALongBodyBeforeItIsRead() {
    var tooLong = served.post("/v1/tasks", OLIVIA, task("x".repeat(70_000)));

    assertThat(tooLong.status()).isEqualTo(413);
    assertThat(tooLong.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(tooLong.text("detail")).contains("65536");
  }

  @Test
  void answersWhatItDoesNotServeWithAProblem() {
    var nowhere = served.get("/v2/tasks", VIC);
    assertThat(nowhere.status()).isEqualTo(404);
    assertThat(nowhere.text("remedy")).contains("/v1/openapi.yaml");
    assertThat(served.get("/v1/tasks", VIC).status()).isEqualTo(405);
    assertThat(served.get("/v1/executions/arch-none", VIC).status()).isEqualTo(404);
    assertThat(served.get("/v1/executions/..%2f..%2fetc%2fpasswd", VIC).status()).isEqualTo(404);
    assertThat(served.get("/v1/executions?limit=1000", VIC).text("place")).isEqualTo("query limit");
    assertThat(served.get("/v1/executions?after=arch-none", VIC).text("place"))
        .isEqualTo("query after");
  }

  @Test
  void takesARevokedTokenNoMoreAndKeepsCallersWhereTheFileIsBroken() throws Exception {
    assertThat(served.get("/v1/executions", VIC).status()).isEqualTo(200);
    var others =
        Files.readAllLines(served.tokens).stream().filter(l -> !l.contains("vic")).toList();
    Files.write(served.tokens, others);

    BoundedWait.until(
        "the token is refused",
        ServerFixture.SOON,
        () -> served.get("/v1/executions", VIC).status() == 401);
    assertThat(served.get("/v1/executions", OLIVIA).status()).isEqualTo(200);
  }

  /** As cp -p, rsync and restored backups leave it. */
  @Test
  void takesARevokedTokenNoMoreWhereTheFileKeepsItsTime() throws Exception {
    var time = Files.getLastModifiedTime(served.tokens);
    var next = folder.resolve("next.yaml");
    Files.write(
        next, Files.readAllLines(served.tokens).stream().filter(l -> !l.contains("vic")).toList());
    Files.setLastModifiedTime(next, time);
    Files.move(next, served.tokens, StandardCopyOption.ATOMIC_MOVE);

    BoundedWait.until(
        "the token is refused",
        ServerFixture.SOON,
        () -> served.get("/v1/executions", VIC).status() == 401);
  }

  @Test
  void letsOneClientCallOnlySoOftenAndOthersStill() throws Exception {
    served.close();
    var d = ServerConfig.Bounds.DEFAULT;
    served =
        Served.start(
            folder,
            new ServerConfig.Bounds(
                d.queue(),
                d.bodyBytes(),
                30,
                d.streams(),
                d.heartbeat(),
                d.look(),
                d.leaderWait(),
                d.stopWithin(),
                d.keepLogs(),
                d.shares()));
    for (int i = 0; i < 10; i++) {
      assertThat(served.get("/v1/executions", VIC).status()).isEqualTo(200);
    }

    var refused = served.get("/v1/executions", VIC);

    assertThat(refused.status()).isEqualTo(429);
    assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 3);
    assertThat(served.get("/v1/executions", ANN).status()).isEqualTo(200);
  }

  @Test
  void neverRepeatsACredential() {
    var header = served.request("/v1/executions", "secret-that-nobody-knows");
    var key =
        served
            .request("/v1/tasks", OLIVIA)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "secret key")
            .POST(BodyPublishers.ofString(task("apply")));

    assertThat(served.send(header.GET()).body()).doesNotContain("secret-that-nobody-knows");
    assertThat(served.send(key).body()).doesNotContain("secret key");
    assertThat(served.get("/metrics", VIC).body()).doesNotContain(VIC, OLIVIA);
  }
}
