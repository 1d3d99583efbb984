package dev.deployclaw.testkit.network;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;

/** What a language model says, as OpenAI's interface has it (API reference, "Chat completions"). */
public final class ChatCompletion {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, Integer> USAGE =
      Map.of("prompt_tokens", 100, "completion_tokens", 20, "total_tokens", 120);

  private ChatCompletion() {}

  /** It finishes for a reason: {@code stop}, {@code length}, … */
  public static String of(String content, String finish) {
    var message = Map.of("role", "assistant", "content", content);
    return JSON.valueToTree(
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
                List.of(Map.of("index", 0, "finish_reason", finish, "message", message)),
                "usage",
                USAGE))
        .toString();
  }
}
