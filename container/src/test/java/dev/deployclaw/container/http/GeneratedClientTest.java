package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who generates a client in another language can work with it. */
@Slow(
    guard = "dev.deployclaw.container.http.DescribedAnswersTest",
    because = "it generates a client and compiles it")
class GeneratedClientTest {
  @TempDir Path folder;

  @Test
  void submitsFollowsApprovesAndReads() throws Exception {
    try (var served = Served.start(Files.createDirectory(folder.resolve("served")))) {
      var client =
          GeneratedClient.of(
              Files.createDirectory(folder.resolve("client")),
              served.get("/v1/openapi.yaml", "").body());

      var saw =
          new ObjectMapper().readTree(client.run(served.address(), Served.OLIVIA, Served.ANN));

      String id = saw.path("id").asText();
      assertThat(saw.path("held").asBoolean()).isTrue();
      assertThat(saw.path("changes").asInt()).isPositive();
      assertThat(saw.at("/early/status").asInt()).isEqualTo(409);
      assertThat(saw.at("/early/remedy").asText()).contains(id + "/plan");
      assertThat(saw.path("approved").asText()).isEqualTo(id);
      assertThat(saw.path("followed").asBoolean()).isTrue();
      assertThat(saw.path("result").asText()).isEqualTo("COMPLETED");
      assertThat(saw.path("requester").asText()).isEqualTo("olivia");
      assertThat(saw.path("steps").asInt()).isPositive();
      assertThat(saw.path("listed")).extracting(n -> n.asText()).contains(id);
      assertThat(saw.path("answer").asText()).isEqualTo("limits");
      assertThat(saw.path("epoch").asLong()).isEqualTo(1);
      assertThat(saw.path("stranger").asInt()).isEqualTo(401);
    }
  }
}
