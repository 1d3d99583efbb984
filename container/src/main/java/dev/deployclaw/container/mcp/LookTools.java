package dev.deployclaw.container.mcp;

import io.modelcontextprotocol.modern.McpSchema.CallToolOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tools that change nothing: each is a command of the command line, with its JSON document. */
record LookTools(AgentGateway agent) {
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
