package dev.deployclaw.container.llm;

import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.List;
import java.util.stream.Stream;

/**
 * The form of a model's answer: flat, closed, without unions, so that each provider can hold to it.
 * Labels are {@code key=value} texts.
 */
final class IntentSchema {
  private IntentSchema() {}

  static ResponseFormat format() {
    return ResponseFormat.builder()
        .type(ResponseFormatType.JSON)
        .jsonSchema(JsonSchema.builder().name("reading").rootElement(reading()).build())
        .build();
  }

  private static JsonObjectSchema reading() {
    return closed()
        .addEnumProperty("outcome", List.of("planned", "needs-clarification", "refused"))
        .addEnumProperty(
            "operation", words(Stream.of(TaskOperation.values()).map(TaskOperation::word)))
        .addStringProperty("target")
        .addProperty("changes", listOf(change()))
        .addProperty("guards", guards())
        .addProperty("schedule", schedule())
        .addProperty("questions", texts())
        .addStringProperty("reason")
        .required("outcome")
        .build();
  }

  private static JsonObjectSchema change() {
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
        .addProperty("set", settings())
        .addNumberProperty("scale")
        .addStringProperty("from")
        .build();
  }

  private static JsonObjectSchema settings() {
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
        .addProperty("key", texts())
        .build();
  }

  private static JsonObjectSchema guards() {
    return closed()
        .addEnumProperty("approval", List.of("auto", "manual"))
        .addBooleanProperty("dryRun")
        .addIntegerProperty("canaryPercent")
        .addProperty("widenPercent", listOf(new JsonIntegerSchema()))
        .addIntegerProperty("bakeSeconds")
        .addIntegerProperty("maxP99Millis")
        .build();
  }

  private static JsonObjectSchema schedule() {
    return closed()
        .addStringProperty("startAt")
        .addIntegerProperty("revertAfterSeconds")
        .addStringProperty("revertAt")
        .build();
  }

  private static JsonObjectSchema.Builder closed() {
    return JsonObjectSchema.builder().additionalProperties(false);
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
