package dev.deployclaw.container.mcp;

import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.http.Served.Answer;
import dev.deployclaw.container.server.ServerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A real server, and messages to it as clients write them. */
abstract class McpHttpCases {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final String REVISION = "2026-07-28";

  @TempDir Path folder;

  Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.forAgents(folder, ServerFixture.bounds(2, Duration.ofSeconds(30)));
  }

  @AfterEach
  void stop() {
    served.close();
    assertThat(served.world.laws.broken()).isEmpty();
  }

  /** A message on its way. */
  Message message(String method) {
    return message(method, Map.of());
  }

  Message message(String method, Map<String, Object> params) {
    return new Message(method, params, new TreeMap<>(), REVISION, "{}");
  }

  /** A tool's call. */
  Message message(String tool, String arguments) {
    return message("tools/call", Map.of("name", tool, "arguments", (Object) raw(arguments)))
        .with("Mcp-Name", tool);
  }

  record Raw(String json) {}

  static Raw raw(String json) {
    return new Raw(json);
  }

  final class Message {
    final String method;
    final Map<String, Object> params;
    final Map<String, String> headers;
    final String revision;
    final String capabilities;

    Message(
        String method,
        Map<String, Object> params,
        Map<String, String> headers,
        String revision,
        String capabilities) {
      this.method = method;
      this.params = params;
      this.headers = headers;
      this.revision = revision;
      this.capabilities = capabilities;
    }

    Message with(String header, String value) {
      var more = new TreeMap<>(headers);
      more.put(header, value);
      return new Message(method, params, more, revision, capabilities);
    }

    Message revision(String other) {
      return new Message(method, params, headers, other, capabilities);
    }

    Message elicits() {
      return able("\"elicitation\": {\"form\": {}}");
    }

    Message tasks() {
      return able("\"extensions\": {\"io.modelcontextprotocol/tasks\": {}}");
    }

    /** With a capability more. */
    private Message able(String more) {
      String all =
          capabilities.replaceFirst("}$", capabilities.length() > 2 ? ", " : "") + more + "}";
      return new Message(method, params, headers, revision, all);
    }

    Message goesOn(String state, String responses) {
      var more = new TreeMap<>(params);
      more.put("requestState", state);
      more.put("inputResponses", raw(responses));
      return new Message(method, more, headers, revision, capabilities).elicits();
    }

    String body() {
      var out = new StringBuilder();
      params.forEach((name, value) ->
          out.append(
              "\"%s\": %s, "
                  .formatted(name, value instanceof Raw(String json) ? json : quoted(value))));
      return """
      {"jsonrpc": "2.0", "id": 1, "method": "%s", "params": {%s"_meta": {
        "io.modelcontextprotocol/protocolVersion": "%s",
        "io.modelcontextprotocol/clientCapabilities": %s}}}
      """
          .formatted(method, out, revision, capabilities);
    }

    Map<String, String> all() {
      var all = new TreeMap<>(Map.of("Mcp-Method", method, "MCP-Protocol-Version", revision));
      all.putAll(headers);
      return all;
    }

    Answer send(String token) {
      return post(token, body(), all());
    }

    Socket sendAndLeave(String token) throws IOException {
      var to = URI.create(served.address());
      var head = new StringBuilder("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n");
      all().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
      head.append("Content-Type: application/json\r\nAuthorization: Bearer " + token + "\r\n");
      head.append("Content-Length: " + body().length() + "\r\n\r\n" + body());
      var socket = new Socket(to.getHost(), to.getPort());
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
      return socket;
    }
  }

  Answer post(String token, String body, Map<String, String> headers) {
    var request = served.request("/mcp", token).POST(BodyPublishers.ofString(body));
    request.setHeader("Content-Type", "application/json");
    headers.forEach(request::setHeader);
    return served.send(request);
  }

  int code(Message message) {
    return json(message.send(VIC)).at("/error/code").asInt();
  }

  JsonNode tool(String token, String tool, String arguments) {
    var result = result(message(tool, arguments).send(token));
    assertThat(result.path("isError").asBoolean()).as(result.toString()).isFalse();
    return result.path("structuredContent");
  }

  String refusal(String token, String tool, String arguments) {
    var result = result(message(tool, arguments).send(token));
    assertThat(result.path("isError").asBoolean()).as(result.toString()).isTrue();
    return result.at("/content/0/text").asText();
  }

  static JsonNode result(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return json(answer).path("result");
  }

  /** The message, or the last of a stream. */
  static JsonNode json(Answer answer) {
    String body = answer.body();
    int last = body.lastIndexOf("data: ");
    try {
      return JSON.readTree(last < 0 ? body : body.substring(last + "data: ".length()));
    } catch (IOException e) {
      throw new UncheckedIOException(body, e);
    }
  }

  static String input(String answer) {
    return "{\"input\": " + answer + "}";
  }

  static String quoted(Object value) {
    return "\"" + value + "\"";
  }
}
