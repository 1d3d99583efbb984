package dev.deployclaw.lab.campaign.disturbance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;

/**
 * Calls the API of an agent that serves, as an operator does.
 *
 * @param api for example {@code http://127.96.0.1:8088}
 */
public record AgentApiClient(String api) {
  private static final String TOKEN = "operator-of-a-campaign-0123456789abcdef";
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration ACCEPT = Duration.ofMinutes(2);
  private static final int ACCEPTED = 202;

  /** While it starts or stops, or another agent's work isn't over. */
  private static final Set<Integer> LATER = Set.of(429, 503);

  /** Of a task that waits or is carried out. */
  private static final Set<String> UNDER_WAY = Set.of("", "QUEUED", "UNFINISHED");

  static Path tokens(Path folder) throws IOException {
    String hash = CanonicalJson.sha256(TOKEN);
    return Files.writeString(
        folder.resolve("tokens.yaml"),
        "tokens:\n  - {name: campaign, sha256: %s, roles: [operator]}\n".formatted(hash));
  }

  /** Hands a task in as soon as it takes one; returns the execution. */
  public String run(String request) {
    return submit(
        "/v1/tasks", ApiServer.JSON.createObjectNode().put("request", request).toString());
  }

  /** The same with a way back to what the committed change replaced. */
  public String rollBack() {
    return submit("/v1/executions/last/rollback", "");
  }

  /** Whether it says of an execution that it is over; what doesn't answer says nothing. */
  public boolean isOver(String execution) {
    try {
      var answer = send("GET", "/v1/executions/" + execution, "");
      return answer.statusCode() == 200
          && !UNDER_WAY.contains(json(answer).path("result").asText());
    } catch (IOException e) {
      return false;
    }
  }

  private String submit(String path, String body) {
    var accepted = new ArrayList<String>();
    BoundedWait.until(
        "the agent takes a task",
        ACCEPT,
        () -> {
          try {
            var answer = send("POST", path, body);
            if (answer.statusCode() == ACCEPTED) {
              accepted.add(json(answer).path("execution_id").asText());
            } else if (!LATER.contains(answer.statusCode())) {
              throw new IllegalStateException(
                  "the agent answers " + answer.statusCode() + ": " + answer.body());
            }
            return !accepted.isEmpty();
          } catch (IOException e) {
            return false;
          }
        });
    return accepted.getFirst();
  }

  private HttpResponse<String> send(String method, String path, String body) throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create(api + path))
            .timeout(ANSWER)
            .header("Authorization", "Bearer " + TOKEN)
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try (var client = HttpClient.newBuilder().connectTimeout(ANSWER).build()) {
      return client.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return ApiServer.JSON.readTree(answer.body());
  }
}
