package dev.deployclaw.container.llm;

import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The form of a model's answer: flat, closed, without unions of objects, so that each provider can
 * hold to it. Texts, lists and choices are always there, empty or {@code unsaid} where nothing is
 * said: providers bound how much may be left out, and a decoder that is held to a grammar likes one
 * order. The quotes come first: what is cited is read. Labels are {@code key=value} texts.
 */
final class IntentSchema {
  static final String OUTCOME = "outcome";

  private static final List<String> OUTCOMES =
      List.of("planned", "question", "needs-clarification", "refused");

  /** A choice that the request doesn't make. */
  static final String UNSAID = "unsaid";

  private IntentSchema() {}

  static ResponseFormat format() {
    return ResponseFormat.builder()
        .type(ResponseFormatType.JSON)
        .jsonSchema(JsonSchema.builder().name("reading").rootElement(reading()).build())
        .build();
  }

  private static JsonObjectSchema reading() {
    return whole(
        closed()
            .addProperty("quotes", listOf(whole(quote())))
            .addProperty("unused", texts())
            .addEnumProperty(OUTCOME, OUTCOMES)
            .addEnumProperty(
                "operation", words(Stream.of(TaskOperation.values()).map(TaskOperation::word)))
            .addStringProperty("target")
            .addProperty("changes", listOf(whole(change())))
            .addProperty("guards", whole(guards()))
            .addProperty("schedule", whole(schedule()))
            .addProperty("question", whole(question()))
            .addProperty("questions", texts())
            .addStringProperty("reason"));
  }

  /** A tool that reads, and its arguments. */
  private static JsonObjectSchema.Builder question() {
    return closed()
        .addEnumProperty("tool", words(Stream.of(Topic.values()).map(Topic::word)))
        .addProperty("tenants", texts())
        .addStringProperty("service")
        .addStringProperty("method")
        .addStringProperty("path")
        .addStringProperty("execution")
        .addStringProperty("change");
  }

  private static JsonObjectSchema.Builder quote() {
    return closed().addStringProperty("slot").addStringProperty("quote");
  }

  private static JsonObjectSchema.Builder time() {
    return closed().addStringProperty("quote").addStringProperty("instant");
  }

  private static JsonObjectSchema.Builder change() {
    return closed()
        .addEnumProperty(
            "operation",
            words(
                Stream.of(TaskOperation.values())
                    .filter(TaskOperation::editsTenants)
                    .map(TaskOperation::word)))
        .addProperty("tenants", texts())
        .addProperty("labels", texts())
        .addBooleanProperty("all")
        .addProperty("except", texts())
        .addStringProperty("service")
        .addStringProperty("route")
        .addStringProperty("method")
        .addStringProperty("limit")
        .addIntegerProperty("limitWindowSeconds")
        .addProperty("set", whole(settings()))
        .addNumberProperty("scale")
        .addStringProperty("from");
  }

  private static JsonObjectSchema.Builder settings() {
    return closed()
        .addIntegerProperty("requests")
        .addIntegerProperty("windowSeconds")
        .addIntegerProperty("burst")
        .addEnumProperty(
            "algorithm", words(Stream.of(LimitAlgorithm.values()).map(LimitAlgorithm::word)))
        .addEnumProperty(
            "mode", words(Stream.of(EnforcementMode.values()).map(EnforcementMode::word)))
        .addEnumProperty(
            "onBackendFailure",
            words(Stream.of(BackendFailureMode.values()).map(BackendFailureMode::word)))
        .addProperty("key", texts());
  }

  private static JsonObjectSchema.Builder guards() {
    return closed()
        .addEnumProperty("approval", List.of("auto", "manual"))
        .addBooleanProperty("dryRun")
        .addIntegerProperty("canaryPercent")
        .addProperty("widenPercent", listOf(new JsonIntegerSchema()))
        .addIntegerProperty("bakeSeconds")
        .addIntegerProperty("maxP99Millis");
  }

  private static JsonObjectSchema.Builder schedule() {
    return closed()
        .addProperty("startAt", whole(time()))
        .addIntegerProperty("revertAfterSeconds")
        .addProperty("revertAt", whole(time()));
  }

  private static JsonObjectSchema.Builder closed() {
    return JsonObjectSchema.builder().additionalProperties(false);
  }

  /** Numbers alone may be left out: no number means that nothing is said. */
  private static JsonObjectSchema whole(JsonObjectSchema.Builder fields) {
    var all = fields.build().properties();
    var required =
        all.entrySet().stream()
            .filter(f ->
                !(f.getValue() instanceof JsonIntegerSchema
                    || f.getValue() instanceof JsonNumberSchema))
            .map(Map.Entry::getKey)
            .toList();
    var open =
        all.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, f -> open(f.getValue()), (a, _) -> a, LinkedHashMap::new));
    return closed().addProperties(open).required(required).build();
  }

  private static JsonSchemaElement open(JsonSchemaElement field) {
    return field instanceof JsonEnumSchema choice && !choice.enumValues().equals(OUTCOMES)
        ? JsonEnumSchema.builder()
            .enumValues(Stream.concat(choice.enumValues().stream(), Stream.of(UNSAID)).toList())
            .build()
        : field;
  }

  private static JsonArraySchema texts() {
    return listOf(new JsonStringSchema());
  }

  private static JsonArraySchema listOf(JsonSchemaElement items) {
    return JsonArraySchema.builder().items(items).build();
  }

  private static List<String> words(Stream<String> words) {
    return words.toList();
  }
}
