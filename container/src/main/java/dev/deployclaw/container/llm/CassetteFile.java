package dev.deployclaw.container.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.deployclaw.container.config.SetupException;
import dev.langchain4j.model.output.FinishReason;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Recorded answers of a model: one JSON document.
 *
 * @param version of this form
 * @param answeredBy the model, as its provider spells it, or who else answered
 * @param when they were recorded last, an RFC 3339 instant
 * @param promptSha256 of the first message and the schema, which all prompts share
 * @param answers by the SHA-256 of what was asked
 */
record CassetteFile(
    int version,
    String answeredBy,
    String when,
    String promptSha256,
    SortedMap<String, Recorded> answers) {
  static final int VERSION = 1;
  static final CassetteFile EMPTY = new CassetteFile(VERSION, "", "", "", new TreeMap<>());

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  /**
   * One answer.
   *
   * @param finish why it ended
   * @param inputTokens as the provider counted; 0 where it is unknown
   */
  record Recorded(String text, FinishReason finish, int inputTokens, int outputTokens) {}

  CassetteFile {
    answers = new TreeMap<>(answers);
  }

  /**
   * Reads it strictly: an unknown, missing or doubled key is a fault.
   *
   * @param name of the file, for people
   */
  static CassetteFile read(String name, String json) throws SetupException {
    try {
      var file = JSON.readValue(json, CassetteFile.class);
      if (file.version() == VERSION) {
        return file;
      }
      throw new SetupException(
          "%s: version %d is not %d; record it again".formatted(name, file.version(), VERSION));
    } catch (JsonProcessingException e) {
      String fault = e.getOriginalMessage().replaceAll("(?: \\(|;).*", "");
      throw new SetupException(name + " is no cassette: " + fault + "; record one with --record");
    }
  }

  /** The key and the text of a line with an answer. */
  static Map.Entry<String, String> given(String place, String line) throws SetupException {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new SetupException(
          place + " isn't JSON: " + e.getOriginalMessage() + "; correct this line");
    }
    var answer = node.path("answer");
    if (!node.path("key").isTextual() || !(answer.isTextual() || answer.isObject())) {
      throw new SetupException(
          place + " lacks key or answer; write {\"key\": \"…\", \"answer\": {…}}");
    }
    String text = answer.isTextual() ? answer.textValue() : answer.toString();
    return Map.entry(node.get("key").textValue(), text);
  }

  String json() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
