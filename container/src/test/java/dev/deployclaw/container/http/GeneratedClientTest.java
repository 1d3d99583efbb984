package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients in other languages, generated from the API's description, work with it. */
@Slow(
    guard = "dev.deployclaw.container.http.DescribedAnswersTest",
    because = "it generates a client and compiles it")
class GeneratedClientTest {
  @TempDir Path folder;

  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(Files.createDirectory(folder.resolve("served")));
  }

  @Test
  void aTypeScriptClientPlansSubmitsFollowsApprovesAndReads() throws Exception {
    check(GeneratedClient.typescript(folder(), description()));
  }

  @Test
  void aPythonClientDoesTheSame() throws Exception {
    check(GeneratedClient.python(folder(), description()));
  }

  private void check(GeneratedClient client) throws IOException {
    JsonNode saw =
        new ObjectMapper().readTree(client.run(served.address(), Served.OLIVIA, Served.ANN));

    String id = saw.path("id").asText();
    assertThat(saw.path("outcome").asText()).isEqualTo("planned");
    assertThat(saw.path("held").asBoolean()).isTrue();
    assertThat(saw.path("changes").asInt()).isPositive();
    assertThat(saw.at("/early/status").asInt()).isEqualTo(409);
    assertThat(saw.at("/early/remedy").asText()).contains(id + "/plan");
    assertThat(saw.path("approved").asText()).isEqualTo(id);
    assertThat(saw.path("followed").asBoolean()).isTrue();
    assertThat(saw.path("result").asText()).isEqualTo("COMPLETED");
    assertThat(saw.path("requester").asText()).isEqualTo("olivia");
    assertThat(saw.path("steps").asInt()).isPositive();
    assertThat(saw.path("listed")).extracting(JsonNode::asText).contains(id);
    assertThat(saw.path("answer").asText()).isEqualTo("limits");
    assertThat(saw.path("epoch").asLong()).isEqualTo(1);
    assertThat(saw.path("stranger").asInt()).isEqualTo(401);
  }

  private Path folder() throws IOException {
    return Files.createDirectory(folder.resolve("client"));
  }

  private String description() {
    return served.get("/v1/openapi.yaml", "").body();
  }
}
