package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.notification.BodySignature;
import dev.deployclaw.container.signin.SignInLog;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strangers who call as often as they can from the network of who signs: behind one proxy. */
class SignedFloodTest {
  private static final int FLOOD = 300;
  private static final int MOST_LINES = 3;

  @TempDir Path folder;

  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.forAgents(folder, ServerConfig.Bounds.DEFAULT);
  }

  @Test
  void aSignedDecisionCountsThough() {
    String asked = "{\"request\": \"apply\", \"approval\": \"manual\"}";
    String id = served.post("/v1/tasks", Served.OLIVIA, asked).text("execution_id");
    served.awaitResult(id, "HELD");
    var hold = served.get("/v1/executions/" + id + "/hold", Served.ANN).json();
    String body =
        DescribedChannels.approval(id, hold.path("plan").asText(), hold.path("shown").asText());
    var strangers =
        IntStream.range(0, FLOOD).mapToObj(_ -> served.get("/v1/executions", "").status()).toList();
    assertThat(strangers).contains(429);
    long now = Instant.now().getEpochSecond();

    var answer = send(body, DescribedChannels.signature(now, body));

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    served.awaitResult(id, "COMPLETED");
  }

  @Test
  void forgedCallsUseUpNothingButTheirLines() {
    try (var log = CapturedLog.of(SignInLog.class)) {
      long now = Instant.now().getEpochSecond();
      String wrong = "t=" + now + ",v1=" + "0".repeat(64);
      var forged = IntStream.range(0, FLOOD).mapToObj(_ -> send("{}", wrong).status()).toList();
      assertThat(forged).containsOnly(401);
      assertThat(log.lines()).hasSize(MOST_LINES);
    }
    assertThat(served.get("/v1/executions", "").status()).as("a stranger").isEqualTo(401);
    assertThat(served.get("/console/", "").status()).isEqualTo(200);
  }

  private Served.Answer send(String body, String signature) {
    return served.send(
        served
            .request(DescribedChannels.DECISIONS, "")
            .header("Content-Type", "application/json")
            .header(BodySignature.HEADER, signature)
            .POST(BodyPublishers.ofString(body)));
  }
}
