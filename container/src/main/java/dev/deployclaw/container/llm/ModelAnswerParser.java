package dev.deployclaw.container.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.policy.text.TerminalSafeText;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns a model's text into an answer, or says what is wrong with it. Pure. */
final class ModelAnswerParser {
  private static final int LONGEST = 65_536;
  private static final int LONGEST_WORDS = 300;
  private static final Set<String> BESIDE =
      Set.of(IntentSchema.OUTCOME, "question", "questions", "reason", "quotes", "unused");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private ModelAnswerParser() {}

  /** A text that isn't an answer, with the reason that the model is told. */
  private static final class Unreadable extends Exception {
    Unreadable(String reason) {
      super(reason);
    }
  }

  /**
   * What a response holds: one of both.
   *
   * @param problem why it is no answer, in words for the model
   */
  record Reading(Optional<Answer> answer, Optional<String> problem) {}

  static Reading of(ChatResponse response) {
    try {
      if (response.finishReason() == FinishReason.LENGTH) {
        throw new Unreadable("the answer was cut off");
      }
      return new Reading(Optional.of(of(response.aiMessage().text())), Optional.empty());
    } catch (Unreadable e) {
      return new Reading(Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private static Answer of(@Nullable String text) throws Unreadable {
    if (text == null || text.isBlank()) {
      throw new Unreadable("the answer is empty");
    }
    if (text.length() > LONGEST) {
      throw new Unreadable("the answer is longer than " + LONGEST + " characters");
    }
    var json = parse(text);
    return switch (String.valueOf(json.get(IntentSchema.OUTCOME))) {
      case "planned" -> new Answer.Intended(intent(json), quotes(json.get("quotes")), unused(json));
      case "question" -> question(json.get("question"));
      case "needs-clarification" -> new Answer.Asked(questions(json.get("questions")));
      case "refused" -> new Answer.Declined(words(json.get("reason")));
      default ->
          throw new Unreadable("outcome isn't planned, question, needs-clarification or refused");
    };
  }

  private static Answer question(@Nullable Object value) throws Unreadable {
    if (present(value).orElse(Map.of()) instanceof Map<?, ?> read
        && read.get("tool") instanceof String tool) {
      var arguments = new LinkedHashMap<String, Object>();
      read.forEach((key, argument) -> arguments.put(String.valueOf(key), argument));
      arguments.remove("tool");
      return new Answer.Queried(tool, arguments);
    }
    throw new Unreadable("question has no tool");
  }

  private static List<String> quotes(@Nullable Object value) throws Unreadable {
    var out = new ArrayList<String>();
    for (Object one : value instanceof List<?> list ? list : List.of()) {
      if (!(one instanceof Map<?, ?> read && read.get("quote") instanceof String quote)) {
        throw new Unreadable("quotes isn't a list of slot and quote");
      }
      out.add(quote);
    }
    if (out.isEmpty()) {
      throw new Unreadable("quotes are missing: cite the words of the request for each slot");
    }
    return out;
  }

  private static List<String> unused(Map<?, ?> json) {
    return json.get("unused") instanceof List<?> list
        ? list.stream().map(String::valueOf).filter(w -> !w.isBlank()).toList()
        : List.of();
  }

  private static Map<?, ?> parse(String text) throws Unreadable {
    try {
      if (JSON.readValue(text, Object.class) instanceof Map<?, ?> map) {
        return map;
      }
      throw new Unreadable("the answer isn't a JSON object");
    } catch (JsonProcessingException e) {
      throw new Unreadable("the answer isn't JSON");
    }
  }

  /** The intent's own keys; what a provider fills in as null or empty is absent. */
  private static Map<String, Object> intent(Map<?, ?> json) throws Unreadable {
    var out = new LinkedHashMap<String, Object>();
    json.forEach((key, value) -> {
      if (!BESIDE.contains(String.valueOf(key))) {
        present(value).ifPresent(v -> out.put(String.valueOf(key), v));
      }
    });
    if (out.get("changes") instanceof List<?> changes) {
      out.put("changes", changes(changes));
    }
    if (!out.containsKey("operation")) {
      throw new Unreadable("operation is missing");
    }
    return out;
  }

  private static List<Object> changes(List<?> changes) throws Unreadable {
    var out = new ArrayList<Object>();
    for (Object change : changes) {
      if (!(change instanceof Map<?, ?> read)) {
        throw new Unreadable("a change isn't an object");
      }
      var copy = new LinkedHashMap<Object, Object>(read);
      if (copy.get("labels") instanceof List<?> labels) {
        copy.put("labels", labels(labels));
      }
      out.add(copy);
    }
    return out;
  }

  private static Map<String, String> labels(List<?> labels) throws Unreadable {
    var out = new TreeMap<String, String>();
    for (Object label : labels) {
      var parts = String.valueOf(label).split("=", -1);
      if (parts.length != 2) {
        throw new Unreadable("a label isn't key=value");
      }
      out.put(parts[0], parts[1]);
    }
    return out;
  }

  private static Optional<Object> present(@Nullable Object value) {
    return switch (value) {
      case null -> Optional.empty();
      case String s when s.isEmpty() || s.equals(IntentSchema.UNSAID) -> Optional.empty();
      case Map<?, ?> map -> {
        var out = new LinkedHashMap<Object, Object>();
        map.forEach((key, v) -> present(v).ifPresent(p -> out.put(key, p)));
        yield out.isEmpty() ? Optional.empty() : Optional.of(out);
      }
      case List<?> list ->
          list.isEmpty()
              ? Optional.empty()
              : Optional.of(list.stream().flatMap(v -> present(v).stream()).toList());
      case Object other -> Optional.of(other);
    };
  }

  private static List<String> questions(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().limit(5).map(ModelAnswerParser::words).toList()
        : List.of();
  }

  private static String words(@Nullable Object value) {
    String text = TerminalSafeText.line(String.valueOf(value));
    return text.substring(0, Math.min(text.length(), LONGEST_WORDS));
  }
}
