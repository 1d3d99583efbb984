package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.network.ChatCompletion;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.util.Map;

/** A language model behind OpenAI's interface that says to everything what it was told to say. */
final class ScriptedModel implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FakeHttpServer server =
      FakeHttpServer.start(_ -> FakeHttpServer.Answer.json(200, ChatCompletion.of(says(), "stop")));

  private volatile String says = "";

  /** From now on its answer to every request. */
  void says(Map<String, Object> intent) {
    says = JSON.valueToTree(intent).toString();
  }

  private String says() {
    return says;
  }

  String url() {
    return server.url() + "/v1";
  }

  @Override
  public void close() {
    server.close();
  }
}
