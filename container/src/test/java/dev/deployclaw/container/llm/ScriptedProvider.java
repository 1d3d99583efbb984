package dev.deployclaw.container.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.deployclaw.testkit.network.ChatCompletion;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** A provider on a free port of this machine that answers by a script, one line for each call. */
public final class ScriptedProvider implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final FakeHttpServer server = FakeHttpServer.start(_ -> answer());
  private final Deque<Line> script = new ArrayDeque<>();

  /** One answer. */
  public sealed interface Line {
    /** A whole HTTP answer. */
    record Answer(int status, String body) implements Line {}

    /** The connection stays open, and nothing comes. */
    record Silence() implements Line {}

    /** The connection ends in the middle of the body. */
    record CutOff() implements Line {}
  }

  public String url() {
    return server.url();
  }

  /** What was asked, call by call. */
  public List<String> bodies() {
    return server.requests().stream().map(FakeHttpServer.Request::body).toList();
  }

  /** Whether a request offered another protocol, which vLLM answers by dropping its body. */
  boolean offeredUpgrade() {
    return server.requests().stream().anyMatch(r -> r.headers().containsKey("Upgrade"));
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
    return ChatCompletion.of(content, finish);
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

  private synchronized FakeHttpServer.Answer answer() {
    return switch (script.poll()) {
      case null -> FakeHttpServer.Answer.json(500, "{\"error\":{\"message\":\"off script\"}}");
      case Line.Answer(int status, String body) -> FakeHttpServer.Answer.json(status, body);
      case Line.Silence() -> FakeHttpServer.Answer.SILENCE;
      case Line.CutOff() ->
          new FakeHttpServer.Answer(200, Map.of(), "{\"choices\":[", FakeHttpServer.Ending.CUT_OFF);
    };
  }

  @Override
  public void close() {
    server.close();
  }
}
