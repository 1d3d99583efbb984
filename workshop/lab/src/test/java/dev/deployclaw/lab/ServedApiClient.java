package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Callers of an agent that serves. */
class ServedApiClient implements AutoCloseable {
  static final String OPERATOR = "operator-0123456789abcdef0123456789";
  static final String APPROVER = "approver-0123456789abcdef0123456789";
  static final String VIEWER = "viewer-0123456789abcdef0123456789";

  static final Duration LONGEST = Duration.ofMinutes(2);
  static final ObjectMapper JSON = new ObjectMapper();

  private final String address;
  private final HttpClient client = HttpClient.newHttpClient();

  /**
   * @param address for example {@code http://127.0.0.1:8088}
   */
  ServedApiClient(String address) {
    this.address = address;
  }

  /** What was answered. */
  record Answer(int status, String body, String location) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException("not JSON: " + body, e);
      }
    }

    String text(String field) {
      return json().path(field).asText();
    }
  }

  String address() {
    return address;
  }

  Answer get(String path) {
    return get(path, OPERATOR);
  }

  Answer get(String path, String token) {
    return send(request(path, token).GET());
  }

  Answer post(String path, String token, String body) {
    return send(
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  Answer submit(String text) {
    return post("/v1/tasks", OPERATOR, "{\"request\": \"" + text + "\"}");
  }

  /** Approves what is held, as one who has read its plan. */
  Answer approve(String execution) {
    String of = "/v1/executions/" + execution;
    var plan = send(request(of + "/plan", APPROVER).GET()).text("plan");
    return post(of + "/approve?plan=" + plan, APPROVER, "");
  }

  String result(String execution) {
    return get("/v1/executions/" + execution).text("result");
  }

  void awaitResult(String execution, String result) {
    BoundedWait.until(execution + " is " + result, LONGEST, () -> result(execution).equals(result));
  }

  /** All lines of an execution's event stream, up to its end. */
  List<String> follow(String execution) {
    try {
      HttpResponse<Stream<String>> response =
          client.send(
              request("/v1/executions/" + execution + "/events", OPERATOR).GET().build(),
              BodyHandlers.ofLines());
      return response.body().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .timeout(LONGEST)
        .header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      var response = client.send(request.build(), BodyHandlers.ofString());
      return new Answer(
          response.statusCode(),
          response.body(),
          response.headers().firstValue("Location").orElse(""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes the file of all callers' tokens. */
  static Path tokens(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("tokens.yaml"),
        """
        tokens:
          - {name: olivia, sha256: %s, roles: [operator, approver]}
          - {name: ann, sha256: %s, roles: [approver]}
          - {name: vic, sha256: %s, roles: [viewer]}
        """
            .formatted(hash(OPERATOR), hash(APPROVER), hash(VIEWER)));
  }

  private static String hash(String token) {
    return CanonicalJson.sha256(token.getBytes(StandardCharsets.UTF_8));
  }
}
