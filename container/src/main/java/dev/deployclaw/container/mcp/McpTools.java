package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.modern.McpSchema.CallToolOutcome;
import io.modelcontextprotocol.modern.McpSchema.CallToolRequest;
import io.modelcontextprotocol.modern.McpSchema.Tool;
import io.modelcontextprotocol.modern.server.McpRequestContext;
import io.modelcontextprotocol.modern.server.McpSyncNotifier;
import io.modelcontextprotocol.modern.server.McpSyncResponse;
import io.modelcontextprotocol.modern.server.feature.McpSyncTool;
import io.modelcontextprotocol.modern.server.feature.McpSyncToolRepository;
import io.modelcontextprotocol.modern.server.feature.ToolsPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The tools: {@code tools.json} describes them, with the role that each needs. */
final class McpTools implements McpSyncToolRepository {
  private static final String ROLE = "dev.deployclaw/role";

  private final Map<String, Tool> tools = new LinkedHashMap<>();
  private final AgentGateway agent;
  private final TaskTools tasks;
  private final LookTools looks;
  private final McpCaller only;

  /**
   * @param only the caller where the transport names none
   */
  McpTools(AgentGateway agent, McpCaller only) {
    this.agent = agent;
    this.tasks = new TaskTools(agent);
    this.looks = new LookTools(agent);
    this.only = only;
    described().forEach(tool -> tools.put(tool.name(), tool));
  }

  /** Those that the caller's roles open. */
  @Override
  public ToolsPage list(McpRequestContext context, @Nullable String cursor) {
    var caller = McpCaller.of(context, only);
    return ToolsPage.of(tools.values().stream().filter(t -> isOpen(t, caller)).toList());
  }

  @Override
  public @Nullable McpSyncTool find(McpRequestContext context, String name) {
    var tool = tools.get(name);
    return tool == null ? null : McpSyncTool.of(tool, this::call);
  }

  private McpSyncResponse<CallToolOutcome> call(McpRequestContext context, CallToolRequest asked) {
    var caller = McpCaller.of(context, only);
    var tool = Objects.requireNonNull(tools.get(asked.name()));
    if (!isOpen(tool, caller)) {
      agent.roleMissing(caller.name());
      var shown = new ApiCaller(caller.name(), caller.roles());
      return McpSyncResponse.result(
          ToolAnswers.refused(ProblemCatalogue.roleMissing(shown, role(tool))));
    }
    Map<String, Object> given = Objects.requireNonNullElse(asked.arguments(), Map.of());
    boolean waits =
        switch (asked.name()) {
          case "run", "rollback" -> true;
          case "status" -> given.containsKey("execution");
          default -> false;
        };
    return waits
        ? McpSyncResponse.streaming(notifier ->
            ToolAnswers.guarded(() -> waiting(TaskTools.Call.of(context, caller, asked, notifier))))
        : McpSyncResponse.result(ToolAnswers.guarded(() -> looking(context, caller, asked, given)));
  }

  private CallToolOutcome waiting(TaskTools.Call call) throws InterruptedException {
    return switch (call.request().name()) {
      case "run" -> tasks.run(call);
      case "rollback" -> tasks.rollback(call);
      default -> tasks.status(call);
    };
  }

  private CallToolOutcome looking(
      McpRequestContext context, McpCaller caller, CallToolRequest asked, Map<String, Object> given)
      throws InterruptedException {
    return switch (asked.name()) {
      case "plan" -> looks.plan(caller, given);
      case "check" -> looks.check(caller, given);
      case "impact" -> looks.impact(caller, given);
      case "history" -> looks.history(caller, given);
      case "drift" -> looks.drift(caller);
      case "status" -> looks.status(caller);
      case "log" -> tasks.log(TaskTools.Call.of(context, caller, asked, SILENT));
      default -> throw new IllegalStateException(asked.name());
    };
  }

  private static final McpSyncNotifier SILENT =
      new McpSyncNotifier() {
        @Override
        public void progress(double progress, @Nullable Double total, String message) {}

        @Override
        public void notify(String method, Object params) {}
      };

  private static boolean isOpen(Tool tool, McpCaller caller) {
    return caller.roles().contains(role(tool));
  }

  private static ApiRole role(Tool tool) {
    String word = String.valueOf(tool.meta().get(ROLE));
    return List.of(ApiRole.values()).stream()
        .filter(role -> role.word().equals(word))
        .findFirst()
        .orElseThrow();
  }

  private static List<Tool> described() {
    try (var in = Objects.requireNonNull(McpTools.class.getResourceAsStream("tools.json"))) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return List.of(McpJsonDefaults.getMapper().readValue(json, Tool[].class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tools that change nothing: each is a command of the command line, with its JSON document. */
  private record LookTools(AgentGateway agent) {
    private static final String JSON = "--json";

    /** Behind it, nothing is an option. */
    private static final String OPERANDS = "--";

    CallToolOutcome plan(McpCaller caller, Map<String, Object> given) {
      return look(caller, List.of("plan", JSON, OPERANDS, text(given, "request")));
    }

    CallToolOutcome drift(McpCaller caller) {
      return look(caller, List.of("drift", JSON));
    }

    CallToolOutcome status(McpCaller caller) {
      return look(caller, List.of("status", JSON));
    }

    CallToolOutcome history(McpCaller caller, Map<String, Object> given) {
      return look(
          caller,
          List.of(
              "history",
              JSON,
              "--limit=" + given.getOrDefault("limit", 20),
              OPERANDS,
              text(given, "tenant")));
    }

    CallToolOutcome check(McpCaller caller, Map<String, Object> given) {
      var command = new ArrayList<>(List.of("check", JSON));
      if (given.containsKey("client")) {
        command.add("--client=" + text(given, "client"));
      }
      if (given.get("headers") instanceof Map<?, ?> headers) {
        headers.forEach((name, value) -> command.add("--header=" + name + "=" + value));
      }
      command.add(OPERANDS);
      List.of("tenant", "service", "route", "method").forEach(n -> command.add(text(given, n)));
      return look(caller, command);
    }

    /** Log and policies come as text: a client names no files of this machine. */
    CallToolOutcome impact(McpCaller caller, Map<String, Object> given) {
      try {
        var folder = Files.createTempDirectory("impact");
        try {
          return look(
              caller,
              List.of(
                  "impact",
                  JSON,
                  "--before=" + file(folder, "before.yaml", given, "before"),
                  "--after=" + file(folder, "after.yaml", given, "after"),
                  "--tenant=" + given.getOrDefault("tenant_from", "host"),
                  OPERANDS,
                  file(folder, "access.log", given, "access_log")));
        } finally {
          for (var name : List.of("before.yaml", "after.yaml", "access.log", "")) {
            Files.deleteIfExists(folder.resolve(name));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String file(Path folder, String name, Map<String, Object> given, String argument)
        throws IOException {
      return Files.writeString(folder.resolve(name), text(given, argument)).toString();
    }

    private CallToolOutcome look(McpCaller caller, List<String> command) {
      return ToolAnswers.of(agent.look(caller.name(), command));
    }

    private static String text(Map<String, Object> given, String name) {
      return String.valueOf(given.get(name));
    }
  }
}
