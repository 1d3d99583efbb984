package dev.deployclaw.container.mcp;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.modern.McpException;
import io.modelcontextprotocol.modern.McpSchema.AudioContent;
import io.modelcontextprotocol.modern.McpSchema.CallToolOutcome;
import io.modelcontextprotocol.modern.McpSchema.CallToolRequest;
import io.modelcontextprotocol.modern.McpSchema.CallToolResult;
import io.modelcontextprotocol.modern.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.modern.McpSchema.Content;
import io.modelcontextprotocol.modern.McpSchema.CreateMessageRequest;
import io.modelcontextprotocol.modern.McpSchema.ElicitFormRequest;
import io.modelcontextprotocol.modern.McpSchema.EmbeddedResource;
import io.modelcontextprotocol.modern.McpSchema.ImageContent;
import io.modelcontextprotocol.modern.McpSchema.InputRequiredResult;
import io.modelcontextprotocol.modern.McpSchema.Role;
import io.modelcontextprotocol.modern.McpSchema.SamplingMessage;
import io.modelcontextprotocol.modern.McpSchema.TextContent;
import io.modelcontextprotocol.modern.McpSchema.TextResourceContents;
import io.modelcontextprotocol.modern.McpSchema.Tool;
import io.modelcontextprotocol.modern.server.McpRequestContext;
import io.modelcontextprotocol.modern.server.McpSyncResponse;
import io.modelcontextprotocol.modern.server.feature.McpChangeFeed;
import io.modelcontextprotocol.modern.server.feature.McpSyncTool;
import io.modelcontextprotocol.modern.server.feature.McpSyncToolRepository;
import io.modelcontextprotocol.modern.server.feature.ServerChange;
import io.modelcontextprotocol.modern.server.feature.ToolsPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The tools that the conformance suite calls. No product has them: they test a transport. */
@SuppressWarnings("deprecation") // the suite still asks for sampling and roots
final class ConformanceFixtures implements McpSyncToolRepository {
  static final String PIXEL =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
  private static final String SILENCE =
      "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";
  private static final Map<String, Object> ANY = Map.of("type", "object", "properties", Map.of());
  private static final String MRTR = "test_input_required_result_";

  private final Map<String, McpSyncTool> tools = new LinkedHashMap<>();
  private final McpChangeFeed changes;

  ConformanceFixtures(McpChangeFeed changes) {
    this.changes = changes;
    contents();
    streams();
    questions();
    rounds();
  }

  @Override
  public ToolsPage list(McpRequestContext context, @Nullable String cursor) {
    return ToolsPage.of(tools.values().stream().map(McpSyncTool::definition).toList());
  }

  @Override
  public @Nullable McpSyncTool find(McpRequestContext context, String name) {
    return tools.get(name);
  }

  private void contents() {
    var text = text("This is a simple text response for testing.");
    var image = ImageContent.builder(PIXEL, "image/png").build();
    var resource =
        EmbeddedResource.builder(
                TextResourceContents.builder("test://embedded-resource", "Embedded.")
                    .mimeType("text/plain")
                    .build())
            .build();
    says("test_simple_text", text);
    says("test_image_content", image);
    says("test_audio_content", AudioContent.builder(SILENCE, "audio/wav").build());
    says("test_embedded_resource", resource);
    says("test_multiple_content_types", text, image, resource);
    add(
        "test_error_handling",
        (_, _) ->
            CallToolResult.builder()
                .addContent(text("This tool intentionally returns an error for testing"))
                .isError(true)
                .build());
    var schema =
        json(
            """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
             "$defs": {"address": {"$anchor": "addressDef", "type": "object",
               "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
             "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
               "contactMethod": {"type": "string", "enum": ["phone", "email"]},
               "phone": {"type": "string"}, "email": {"type": "string"}},
             "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
             "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
             "then": {"required": ["phone"]}, "else": {"required": ["email"]},
             "additionalProperties": false}
            """);
    tools.put(
        "json_schema_2020_12_tool",
        McpSyncTool.of(
            Tool.builder("json_schema_2020_12_tool", schema).description("Of the suite.").build(),
            (_, _) -> McpSyncResponse.result(result("called"))));
    var mirrored =
        json(
            """
            {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}
            """);
    tools.put(
        "test_header",
        McpSyncTool.of(
            Tool.builder("test_header", mirrored).description("Of the suite.").build(),
            (_, _) -> McpSyncResponse.result(result("called"))));
    tools.put(
        "test_missing_capability",
        McpSyncTool.of(
            Tool.builder("test_missing_capability", ANY).description("Of the suite.").build(),
            new ClientCapabilities(null, null, new ClientCapabilities.Sampling(), null, null),
            (_, _) -> McpSyncResponse.result(result("Success"))));
  }

  private void streams() {
    tools.put(
        "test_tool_with_progress",
        McpSyncTool.of(
            Tool.builder("test_tool_with_progress", ANY).description("Of the suite.").build(),
            (context, _) ->
                McpSyncResponse.streaming(notifier -> {
                  for (int done : new int[] {0, 50, 100}) {
                    notifier.progress(done, 100.0, "Completed step " + done + " of 100");
                  }
                  return result(String.valueOf(context.progressToken()));
                })));
    tools.put(
        "test_streaming_elicitation",
        McpSyncTool.of(
            Tool.builder("test_streaming_elicitation", ANY).description("Of the suite.").build(),
            (_, _) ->
                McpSyncResponse.streaming(notifier -> {
                  notifier.progress(50, 100.0, "half");
                  return result("Streaming complete");
                })));
    tools.put(
        "test_logging_tool",
        McpSyncTool.of(
            Tool.builder("test_logging_tool", ANY).description("Of the suite.").build(),
            (context, _) ->
                McpSyncResponse.streaming(notifier -> {
                  if (context.meta().get("io.modelcontextprotocol/logLevel") != null) {
                    notifier.notify(
                        "notifications/message", Map.of("level", "info", "data", "evaluated"));
                  }
                  return result("Logging evaluated");
                })));
    triggers("test_trigger_tool_change", new ServerChange.ToolsListChanged());
    triggers("test_trigger_prompt_change", new ServerChange.PromptsListChanged());
  }

  private void questions() {
    add(
        MRTR + "elicitation",
        (_, request) ->
            given(request, "user_name")
                ? result("Hello, " + content(request, "user_name", "name") + "!")
                : InputRequiredResult.builder()
                    .elicit("user_name", asks("name", "string"))
                    .build());
    add(
        MRTR + "sampling",
        (_, request) ->
            given(request, "sample_request")
                ? result("Sampling result: " + content(request, "sample_request", "text"))
                : InputRequiredResult.builder().createMessage("sample_request", message()).build());
    add(
        MRTR + "list_roots",
        (_, request) ->
            given(request, "roots_request")
                ? result("Found " + roots(request, "roots_request") + " root(s)")
                : InputRequiredResult.builder().listRoots("roots_request").build());
    add(
        MRTR + "multiple_inputs",
        (_, request) ->
            given(request, "user_name")
                    && given(request, "greeting")
                    && given(request, "client_roots")
                ? result(
                    "Name: %s; Greeting: %s; Roots: %s"
                        .formatted(
                            content(request, "user_name", "name"),
                            content(request, "greeting", "text"),
                            roots(request, "client_roots")))
                : InputRequiredResult.builder()
                    .elicit("user_name", asks("name", "string"))
                    .createMessage("greeting", message())
                    .listRoots("client_roots")
                    .requestState("multiple-inputs")
                    .build());
    add(
        MRTR + "capabilities",
        (context, request) -> {
          if (request.inputResponses() != null && !request.inputResponses().isEmpty()) {
            return result("capabilities-ok: received " + request.inputResponses().keySet());
          }
          var asked = InputRequiredResult.builder().requestState("capabilities-test");
          if (context.clientCapabilities().supportsElicitationForm()) {
            asked.elicit("elicit_input", asks("value", "string"));
          }
          if (context.clientCapabilities().supportsSampling()) {
            asked.createMessage("sample_input", message());
          }
          return asked.build();
        });
  }

  private void rounds() {
    for (var kind : List.of("request_state", "tampered_state")) {
      String done = kind.equals("request_state") ? "state-ok" : "integrity-ok";
      add(
          MRTR + kind,
          (_, request) ->
              kind.equals(request.requestState()) && given(request, "confirm")
                  ? result(done + ": validated")
                  : InputRequiredResult.builder()
                      .elicit("confirm", asks("ok", "boolean"))
                      .requestState(kind)
                      .build());
    }
    add(
        MRTR + "multi_round",
        (_, request) -> {
          String state = String.valueOf(request.requestState());
          if (state.startsWith("2 ") && given(request, "step2")) {
            return result(
                "Multi-round complete for %s who likes %s"
                    .formatted(state.substring(2), content(request, "step2", "color")));
          }
          return state.equals("1") && given(request, "step1")
              ? InputRequiredResult.builder()
                  .elicit("step2", asks("color", "string"))
                  .requestState("2 " + content(request, "step1", "name"))
                  .build()
              : InputRequiredResult.builder()
                  .elicit("step1", asks("name", "string"))
                  .requestState("1")
                  .build();
        });
  }

  private void add(
      String name, BiFunction<McpRequestContext, CallToolRequest, CallToolOutcome> answer) {
    tools.put(
        name,
        McpSyncTool.of(
            Tool.builder(name, ANY).description("Of the suite.").build(),
            (context, request) -> McpSyncResponse.result(answer.apply(context, request))));
  }

  private void says(String name, Content... contents) {
    add(name, (_, _) -> CallToolResult.builder().content(List.of(contents)).build());
  }

  private void triggers(String name, ServerChange change) {
    add(
        name,
        (_, _) -> {
          changes.broadcast(change);
          return result("Mutation triggered");
        });
  }

  static ElicitFormRequest asks(String name, String type) {
    var schema =
        Map.<String, Object>of(
            "type",
            "object",
            "properties",
            Map.of(name, Map.of("type", type)),
            "required",
            List.of(name));
    return ElicitFormRequest.builder("What is the " + name + "?", schema).build();
  }

  private static CreateMessageRequest message() {
    var asked = SamplingMessage.builder(Role.USER, text("What is the capital of France?")).build();
    return CreateMessageRequest.builder(List.of(asked), 100).build();
  }

  private static boolean given(CallToolRequest request, String key) {
    return request.inputResponses() != null && request.inputResponses().containsKey(key);
  }

  /** A response's field, which must be there and a text. */
  private static String content(CallToolRequest request, String key, String field) {
    if (request.inputResponses().get(key) instanceof Map<?, ?> response
        && response.get("content") instanceof Map<?, ?> content
        && content.get(field) instanceof String text) {
      return text;
    }
    throw McpException.invalidParams("inputResponses['" + key + "'] has no " + field);
  }

  private static int roots(CallToolRequest request, String key) {
    return request.inputResponses().get(key) instanceof Map<?, ?> response
            && response.get("roots") instanceof List<?> roots
        ? roots.size()
        : 0;
  }

  static TextContent text(String text) {
    return TextContent.builder(text).build();
  }

  private static CallToolResult result(String text) {
    return CallToolResult.builder().addContent(text(text)).build();
  }

  private static Map<String, Object> json(String text) {
    try {
      return McpJsonDefaults.getMapper().readValue(text, new TypeRef<Map<String, Object>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
