package dev.deployclaw.container.llm;

import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.config.ModelConfig.Dialect;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.container.llm.CassetteFile.Recorded;
import dev.deployclaw.core.language.IntentProposer;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A chat model that answers from a file, by the SHA-256 of all messages and the schema. What the
 * file lacks is asked of the model behind it and kept; without one it is an open prompt, and never
 * a call over the network. Any number of threads.
 */
public final class ModelCassette implements ChatModel {
  private static final Duration TIMEOUT = Duration.ofMinutes(10);
  private static final int TOKENS = 20_000;
  private static final int ATTEMPTS = 2;
  private static final int PROMPT_CHARACTERS = 12;

  private final CassetteFile file;
  private final Optional<ModelConfig> config;
  private final Optional<ChatModel> behind;
  private final ConcurrentSkipListMap<String, Recorded> answers;
  private final Map<String, Prompt> open = new ConcurrentSkipListMap<>();
  private volatile String prompt = "";
  private volatile boolean grew;

  /**
   * What a model is asked.
   *
   * @param messages each with {@code role} and {@code text}
   * @param schema of the answer, as JSON Schema; empty where none is asked for
   */
  public record Prompt(String key, List<Map<String, String>> messages, Map<String, Object> schema) {
    public Prompt {
      messages = List.copyOf(messages);
    }

    static Prompt of(ChatRequest request) {
      var messages = request.messages().stream().map(Prompt::said).toList();
      var format = request.responseFormat();
      Map<String, Object> schema =
          format == null || format.jsonSchema() == null
              ? Map.of()
              : JsonSchemaElementUtils.toMap(format.jsonSchema().rootElement());
      return new Prompt(hash(List.of(messages, schema)), messages, schema);
    }

    private static Map<String, String> said(ChatMessage message) {
      return switch (message) {
        case SystemMessage system -> said("system", system.text());
        case AiMessage answer -> said("assistant", answer.text());
        case UserMessage user -> said("user", user.singleText());
        default -> throw new IllegalArgumentException("a message of type " + message.type());
      };
    }

    private static Map<String, String> said(String role, String text) {
      return new TreeMap<>(Map.of("role", role, "text", text));
    }

    /** Of what is the same in all prompts. */
    String common() {
      return hash(List.of(messages.getFirst(), schema));
    }

    private static String hash(List<?> parts) {
      return CanonicalJson.sha256(CanonicalJson.text(parts));
    }
  }

  private ModelCassette(CassetteFile file, Optional<ModelConfig> config) {
    this.file = file;
    this.config = config;
    this.behind = config.map(ChatModelFactory::chat);
    this.answers = new ConcurrentSkipListMap<>(file.answers());
  }

  /**
   * @param json the recorded document; empty where there is none yet
   * @param config of the model behind it, if what is missing is to be asked
   */
  public static ModelCassette of(Path name, Optional<String> json, Optional<ModelConfig> config)
      throws SetupException {
    return new ModelCassette(
        json.isEmpty() ? CassetteFile.EMPTY : CassetteFile.read(name.toString(), json.get()),
        config);
  }

  /** Reads requests with this model, as one that is configured does. */
  public IntentProposer proposer() {
    var secret = new SecretValue("");
    var bounds =
        new ModelConfig(Dialect.OPENAI, file.answeredBy(), "", secret, TIMEOUT, TOKENS, ATTEMPTS);
    return ChatModelFactory.proposer(config.orElse(bounds), this);
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    var asked = Prompt.of(request);
    prompt = asked.common();
    var known = answers.get(asked.key());
    if (known != null) {
      return response(known);
    }
    if (behind.isEmpty()) {
      open.put(asked.key(), asked);
      throw new NoSuchElementException("no recorded answer");
    }
    var response = behind.get().chat(request);
    answers.put(asked.key(), recorded(response));
    grew = true;
    return response;
  }

  @Override
  public Set<Capability> supportedCapabilities() {
    return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
  }

  private static ChatResponse response(Recorded known) {
    return ChatResponse.builder()
        .aiMessage(AiMessage.from(known.text()))
        .tokenUsage(new TokenUsage(known.inputTokens(), known.outputTokens()))
        .finishReason(known.finish())
        .build();
  }

  private static Recorded recorded(ChatResponse response) {
    var usage = Optional.ofNullable(response.tokenUsage());
    return new Recorded(
        Optional.ofNullable(response.aiMessage().text()).orElse(""),
        Optional.ofNullable(response.finishReason()).orElse(FinishReason.OTHER),
        usage.map(TokenUsage::inputTokenCount).orElse(0),
        usage.map(TokenUsage::outputTokenCount).orElse(0));
  }

  /** Prompts without an answer, by their keys. */
  public List<Prompt> open() {
    return List.copyOf(open.values());
  }

  /** Why a prompt has no answer, for people; the recorded prompt may be an older one. */
  public String gap() {
    return prompt.equals(file.promptSha256())
        ? "the cassette has no answer to it"
        : "the cassette was recorded with prompt %s, and the prompt is now %s"
            .formatted(cut(file.promptSha256()), cut(prompt));
  }

  private static String cut(String hash) {
    return hash.isEmpty() ? "none" : hash.substring(0, PROMPT_CHARACTERS);
  }

  /**
   * Adds answers that were given elsewhere.
   *
   * @param name of their file, for people
   * @param lines of JSON: {@code key}, and {@code answer} as a text or the document itself
   */
  public void add(Path name, String lines) throws SetupException {
    int number = 0;
    for (String line : (Iterable<String>) lines.lines()::iterator) {
      number++;
      if (!line.isBlank()) {
        var given = CassetteFile.given(name + ":" + number, line);
        answers.put(given.getKey(), new Recorded(given.getValue(), FinishReason.STOP, 0, 0));
        grew = true;
      }
    }
  }

  /** Whether it has an answer that its file lacks. */
  public boolean grew() {
    return grew;
  }

  /** Who answered, as the file says; empty for a new one. */
  public String answeredBy() {
    return file.answeredBy();
  }

  /** Writes all answers; those to an older prompt are left out. */
  public void save(Path place, String answeredBy, Instant when) {
    SortedMap<String, Recorded> kept = new TreeMap<>(answers);
    if (!prompt.equals(file.promptSha256())) {
      kept.keySet().removeAll(file.answers().keySet());
    }
    String at = when.truncatedTo(ChronoUnit.SECONDS).toString();
    var whole = new CassetteFile(CassetteFile.VERSION, answeredBy, at, prompt, kept);
    AtomicFile.write(place, whole.json().getBytes(StandardCharsets.UTF_8));
  }
}
