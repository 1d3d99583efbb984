package dev.deployclaw.container.mcp;

import static dev.deployclaw.container.mcp.ConformanceFixtures.PIXEL;
import static dev.deployclaw.container.mcp.ConformanceFixtures.asks;
import static dev.deployclaw.container.mcp.ConformanceFixtures.text;

import io.modelcontextprotocol.modern.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.modern.McpSchema.CompleteResult;
import io.modelcontextprotocol.modern.McpSchema.Content;
import io.modelcontextprotocol.modern.McpSchema.EmbeddedResource;
import io.modelcontextprotocol.modern.McpSchema.GetPromptOutcome;
import io.modelcontextprotocol.modern.McpSchema.GetPromptRequest;
import io.modelcontextprotocol.modern.McpSchema.GetPromptResult;
import io.modelcontextprotocol.modern.McpSchema.ImageContent;
import io.modelcontextprotocol.modern.McpSchema.InputRequiredResult;
import io.modelcontextprotocol.modern.McpSchema.Prompt;
import io.modelcontextprotocol.modern.McpSchema.PromptArgument;
import io.modelcontextprotocol.modern.McpSchema.PromptMessage;
import io.modelcontextprotocol.modern.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.modern.McpSchema.Resource;
import io.modelcontextprotocol.modern.McpSchema.ResourceContents;
import io.modelcontextprotocol.modern.McpSchema.ResourceTemplate;
import io.modelcontextprotocol.modern.McpSchema.Role;
import io.modelcontextprotocol.modern.McpSchema.TextResourceContents;
import io.modelcontextprotocol.modern.server.McpRequestContext;
import io.modelcontextprotocol.modern.server.McpSyncResponse;
import io.modelcontextprotocol.modern.server.feature.McpSyncPrompt;
import io.modelcontextprotocol.modern.server.feature.McpSyncPromptRepository;
import io.modelcontextprotocol.modern.server.feature.McpSyncResource;
import io.modelcontextprotocol.modern.server.feature.McpSyncResourceRepository;
import io.modelcontextprotocol.modern.server.feature.PromptsPage;
import io.modelcontextprotocol.modern.server.feature.ResourceTemplatesPage;
import io.modelcontextprotocol.modern.server.feature.ResourcesPage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The resources and prompts that the conformance suite reads. */
final class ConformanceContent {
  private ConformanceContent() {}

  /** Resources. */
  static final class Resources implements McpSyncResourceRepository {
    private static final String TEMPLATE = "test://template/";

    @Override
    public ResourcesPage list(McpRequestContext context, @Nullable String cursor) {
      return ResourcesPage.of(
          Stream.of("static-text", "static-binary", "watched-resource")
              .map(name ->
                  Resource.builder("test://" + name, name).description("For tests.").build())
              .toList());
    }

    @Override
    public ResourceTemplatesPage listTemplates(McpRequestContext context, @Nullable String cursor) {
      return ResourceTemplatesPage.of(
          List.of(ResourceTemplate.builder(TEMPLATE + "{id}/data", "template").build()));
    }

    @Override
    public @Nullable McpSyncResource find(McpRequestContext context, String uri) {
      return switch (uri) {
        case "test://static-binary" ->
            read(BlobResourceContents.builder(uri, PIXEL).mimeType("image/png").build());
        case "test://static-text", "test://watched-resource" ->
            read(TextResourceContents.builder(uri, "Static.").mimeType("text/plain").build());
        default -> uri.startsWith(TEMPLATE) ? templated(uri) : null;
      };
    }

    private static McpSyncResource templated(String uri) {
      String id = uri.substring(TEMPLATE.length()).replace("/data", "");
      String text =
          "{\"id\":\"%s\",\"templateTest\":true,\"data\":\"Data for ID: %s\"}".formatted(id, id);
      return read(TextResourceContents.builder(uri, text).mimeType("application/json").build());
    }

    private static McpSyncResource read(ResourceContents contents) {
      return McpSyncResource.of(
          (_, _) -> McpSyncResponse.result(ReadResourceResult.builder(List.of(contents)).build()));
    }
  }

  /** Prompts. */
  static final class Prompts implements McpSyncPromptRepository {
    private final Map<String, McpSyncPrompt> prompts = new LinkedHashMap<>();

    Prompts() {
      add("test_simple_prompt", List.of(), _ -> says(text("This is a simple prompt for testing.")));
      add(
          "test_prompt_with_arguments",
          List.of("arg1", "arg2"),
          request ->
              says(
                  text(
                      "Prompt with arguments: arg1='%s', arg2='%s'"
                          .formatted(argument(request, "arg1"), argument(request, "arg2")))));
      add(
          "test_prompt_with_embedded_resource",
          List.of("resourceUri"),
          request ->
              says(
                  EmbeddedResource.builder(
                          TextResourceContents.builder(
                                  argument(request, "resourceUri"), "Embedded.")
                              .mimeType("text/plain")
                              .build())
                      .build(),
                  text("Please process the embedded resource above.")));
      add(
          "test_prompt_with_image",
          List.of(),
          _ ->
              says(
                  ImageContent.builder(PIXEL, "image/png").build(),
                  text("Please analyze the image above.")));
      add(
          "test_input_required_result_prompt",
          List.of(),
          request ->
              request.inputResponses() == null
                  ? InputRequiredResult.builder()
                      .elicit("user_context", asks("context", "string"))
                      .build()
                  : says(text("Prompt with context: " + request.inputResponses())));
    }

    @Override
    public PromptsPage list(McpRequestContext context, @Nullable String cursor) {
      return PromptsPage.of(prompts.values().stream().map(McpSyncPrompt::definition).toList());
    }

    @Override
    public @Nullable McpSyncPrompt find(McpRequestContext context, String name) {
      return prompts.get(name);
    }

    @Override
    public boolean supportsCompletion() {
      return true;
    }

    private void add(
        String name, List<String> arguments, Function<GetPromptRequest, GetPromptOutcome> answer) {
      var definition =
          Prompt.builder(name)
              .description("For tests.")
              .arguments(
                  arguments.stream()
                      .map(a ->
                          PromptArgument.builder(a)
                              .description("For tests.")
                              .required(true)
                              .build())
                      .toList())
              .build();
      prompts.put(
          name,
          McpSyncPrompt.of(
                  definition, (_, request) -> McpSyncResponse.result(answer.apply(request)))
              .withCompletionHandler(
                  (_, _) -> CompleteResult.of(new CompleteResult.Completion(List.of("paris")))));
    }

    private static String argument(GetPromptRequest request, String name) {
      return String.valueOf(request.arguments().get(name));
    }

    private static GetPromptResult says(Content... contents) {
      return GetPromptResult.builder(
              Stream.of(contents).map(c -> PromptMessage.builder(Role.USER, c).build()).toList())
          .build();
    }
  }
}
