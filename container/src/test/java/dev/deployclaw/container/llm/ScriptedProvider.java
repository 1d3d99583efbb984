package dev.deployclaw.container.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A provider on a free port of this machine that answers by a script, one line for each call. */
public final class ScriptedProvider implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpServer server;
  private final Deque<Line> script = new ArrayDeque<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** One answer. */
  public sealed interface Line {
    /** A whole HTTP answer. */
    record Answer(int status, String body) implements Line {}

    /** The connection stays open, and nothing comes. */
    record Silence() implements Line {}

    /** The connection ends in the middle of the body. */
    record CutOff() implements Line {}
  }

  public ScriptedProvider() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::serve);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What was asked, call by call. */
  public List<String> bodies() {
    return List.copyOf(bodies);
  }

  public ScriptedProvider then(Line line) {
    script.add(line);
    return this;
  }

  /** A chat completion with this content, as OpenAI's interface has it. */
  public ScriptedProvider says(String content) {
    return then(new Line.Answer(200, completion(content, "stop")));
  }

  ScriptedProvider says(Object content) {
    return says(json(content));
  }

  public static String completion(String content, String finish) {
    return json(
        Map.of(
            "id",
            "c1",
            "object",
            "chat.completion",
            "created",
            1,
            "model",
            "scripted",
            "choices",
            List.of(
                Map.of(
                    "index",
                    0,
                    "finish_reason",
                    finish,
                    "message",
                    Map.of("role", "assistant", "content", content))),
            "usage",
            Map.of("prompt_tokens", 100, "completion_tokens", 20, "total_tokens", 120)));
  }

  static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      switch (next()) {
        case Line.Answer(int status, String body) -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
        }
        case Line.Silence() -> closing.await();
        case Line.CutOff() -> {
          exchange.sendResponseHeaders(200, 10_000);
          exchange.getResponseBody().write("{\"choices\":[".getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Line next() {
    var line = script.poll();
    return line == null ? new Line.Answer(500, "{\"error\":{\"message\":\"off script\"}}") : line;
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
  }
}
