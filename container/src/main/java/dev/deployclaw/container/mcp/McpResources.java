package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.secret.SecretRegistry;
import io.modelcontextprotocol.modern.McpException;
import io.modelcontextprotocol.modern.McpSchema.ReadResourceOutcome;
import io.modelcontextprotocol.modern.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.modern.McpSchema.Resource;
import io.modelcontextprotocol.modern.McpSchema.ResourceTemplate;
import io.modelcontextprotocol.modern.McpSchema.TextResourceContents;
import io.modelcontextprotocol.modern.server.McpRequestContext;
import io.modelcontextprotocol.modern.server.McpSyncResponse;
import io.modelcontextprotocol.modern.server.feature.McpSyncResource;
import io.modelcontextprotocol.modern.server.feature.McpSyncResourceRepository;
import io.modelcontextprotocol.modern.server.feature.ResourceTemplatesPage;
import io.modelcontextprotocol.modern.server.feature.ResourcesPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Executions by their documents, and skills with their hashes. */
record McpResources(AgentGateway agent, McpCaller only) implements McpSyncResourceRepository {
  private static final String EXECUTIONS = "deployclaw://executions/";
  private static final String SKILLS = "deployclaw://skills/";
  private static final String JSON = "application/json";

  /** Skills come on the first page. */
  @Override
  public ResourcesPage list(McpRequestContext context, @Nullable String cursor) {
    var caller = viewer(context);
    var out = new ArrayList<Resource>();
    var page = agent.executions(Optional.ofNullable(cursor));
    if (cursor == null) {
      skills(caller).forEach(name -> skill(caller, name).ifPresent(s -> out.add(skill(name, s))));
    }
    page.summaries().stream().map(McpResources::execution).forEach(out::add);
    return new ResourcesPage(out, page.next().orElse(null), null, null);
  }

  @Override
  public ResourceTemplatesPage listTemplates(McpRequestContext context, @Nullable String cursor) {
    return ResourceTemplatesPage.of(
        List.of(
            ResourceTemplate.builder(EXECUTIONS + "{id}", "execution")
                .description("What an execution thought and did; `last` is the latest")
                .mimeType(JSON)
                .build(),
            ResourceTemplate.builder(SKILLS + "{name}", "skill")
                .description("What a skill serves, may use and does, with its SHA-256")
                .mimeType(JSON)
                .build()));
  }

  @Override
  public @Nullable McpSyncResource find(McpRequestContext context, String uri) {
    var caller = viewer(context);
    return content(caller, uri)
        .map(text -> McpSyncResource.of((_, _) -> read(uri, text)))
        .orElse(null);
  }

  private Optional<String> content(McpCaller caller, String uri) {
    try {
      if (uri.startsWith(EXECUTIONS)) {
        var at = TaskWait.of(0, caller.connected(), _ -> {});
        return agent.await(uri.substring(EXECUTIONS.length()), at).map(ToolAnswers::text);
      }
      return uri.startsWith(SKILLS)
          ? skill(caller, uri.substring(SKILLS.length())).map(ToolAnswers::text)
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static McpSyncResponse<ReadResourceOutcome> read(String uri, String text) {
    var contents =
        TextResourceContents.builder(uri, SecretRegistry.hidden(text)).mimeType(JSON).build();
    return McpSyncResponse.result(ReadResourceResult.builder(List.of(contents)).build());
  }

  private List<String> skills(McpCaller caller) {
    var listed = agent.look(caller.name(), List.of("skills", "list", "--json"));
    return ToolAnswers.parsed(listed.out()).get("skills") instanceof List<?> all
        ? all.stream().map(s -> String.valueOf(((Map<?, ?>) s).get("name"))).toList()
        : List.of();
  }

  private Optional<Map<String, Object>> skill(McpCaller caller, String name) {
    var shown = agent.look(caller.name(), List.of("skills", "show", "--json", "--", name));
    return shown.exit() == 0 ? Optional.of(ToolAnswers.parsed(shown.out())) : Optional.empty();
  }

  private static Resource skill(String name, Map<String, Object> shown) {
    var hash = Map.of("sha256", shown.getOrDefault("sha256", ""));
    return Resource.builder(SKILLS + name, name).mimeType(JSON).meta(hash).build();
  }

  private static Resource execution(Map<String, Object> summary) {
    String id = String.valueOf(summary.get("execution_id"));
    return Resource.builder(EXECUTIONS + id, id)
        .description("%s: %s".formatted(summary.get("result"), summary.get("request")))
        .mimeType(JSON)
        .build();
  }

  private McpCaller viewer(McpRequestContext context) {
    var caller = McpCaller.of(context, only);
    if (!caller.roles().contains(ApiRole.VIEWER)) {
      throw McpException.invalidParams("the credential has no role that reads");
    }
    return caller;
  }
}
