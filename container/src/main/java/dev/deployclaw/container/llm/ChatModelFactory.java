package dev.deployclaw.container.llm;

import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.core.language.IntentProposer;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;

/** Makes the configured model: temperature 0, no retries of its own, nothing logged. */
public final class ChatModelFactory {
  /** Tokens of an answer. */
  static final int LONGEST_ANSWER = 2_000;

  /** Bytes of an answer, whatever it is made of. */
  private static final long MOST_BYTES = 262_144;

  /** Ollama cuts a prompt to 4,096 tokens where it isn't told; ours and its answer are longer. */
  private static final int OLLAMA_CONTEXT = 16_384;

  private ChatModelFactory() {}

  public static IntentProposer proposer(ModelConfig config) {
    return proposer(config, chat(config));
  }

  /**
   * @param model in place of the configured one
   */
  static IntentProposer proposer(ModelConfig config, ChatModel model) {
    return new ChatModelProposer(
        model,
        config.name(),
        new ChatModelProposer.Budget(config.timeout(), config.tokens(), config.attempts()));
  }

  /** Who tells what happened; it is asked once, within the same time. */
  public static ChatModelNarrator narrator(ModelConfig config) {
    return new ChatModelNarrator(chat(config), config.name(), config.timeout());
  }

  static ChatModel chat(ModelConfig c) {
    return switch (c.dialect()) {
      case OPENAI ->
          OpenAiChatModel.builder()
              .httpClientBuilder(BoundedHttpClient.builder(c.timeout(), MOST_BYTES))
              .baseUrl(c.url())
              .apiKey(c.apiKey().value().isEmpty() ? "none" : c.apiKey().value())
              .modelName(c.name())
              .temperature(0.0)
              .maxTokens(LONGEST_ANSWER)
              .timeout(c.timeout())
              .maxRetries(0)
              .strictJsonSchema(true)
              .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
              .build();
      case ANTHROPIC ->
          AnthropicChatModel.builder()
              .httpClientBuilder(BoundedHttpClient.builder(c.timeout(), MOST_BYTES))
              .baseUrl(c.url())
              .apiKey(c.apiKey().value())
              .modelName(c.name())
              .temperature(0.0)
              .maxTokens(LONGEST_ANSWER)
              .timeout(c.timeout())
              .maxRetries(0)
              .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
              .build();
      case OLLAMA ->
          OllamaChatModel.builder()
              .httpClientBuilder(BoundedHttpClient.builder(c.timeout(), MOST_BYTES))
              .baseUrl(c.url())
              .modelName(c.name())
              .temperature(0.0)
              .numPredict(LONGEST_ANSWER)
              .numCtx(OLLAMA_CONTEXT)
              .timeout(c.timeout())
              .maxRetries(0)
              .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
              .build();
    };
  }
}
