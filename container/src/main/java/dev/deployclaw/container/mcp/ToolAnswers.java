package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.result.ExitCode;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.modern.McpSchema.CallToolOutcome;
import io.modelcontextprotocol.modern.McpSchema.CallToolResult;
import io.modelcontextprotocol.modern.McpSchema.TextContent;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What tools answer: documents, and problems that say what to do. */
final class ToolAnswers {
  static final String HELD = "HELD";
  static final String UNCLEAR = "NEEDS_CLARIFICATION";
  private static final String RESULT = "result";

  /** Of an execution's document, what a client needs to go on. */
  private static final List<String> SUMMARY =
      List.of(
          "execution_id",
          "request",
          "requester",
          RESULT,
          "reason",
          "questions",
          "epoch",
          "rollback_of",
          "rollback_available",
          "duration_seconds");

  /** Exit codes of a command that couldn't answer. */
  private static final Set<Integer> FAILED =
      Set.of(
          ExitCode.INTERNAL_FAULT.code(), ExitCode.WRONG_USAGE.code(), ExitCode.UNREACHABLE.code());

  private ToolAnswers() {}

  /** What is expected to go wrong is the tool's answer; a bug is logged, and isn't told. */
  static CallToolOutcome guarded(InterruptibleSupplier<CallToolOutcome> work) {
    try {
      return work.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refused(ProblemCatalogue.stopping());
    } catch (RuntimeException e) {
      return refused(RequestDispatcher.problem(e, "a tool's call failed"));
    }
  }

  static CallToolOutcome document(Map<String, Object> document) {
    return CallToolResult.builder()
        .structuredContent(document)
        .addContent(TextContent.builder(text(document)).build())
        .build();
  }

  static CallToolOutcome of(CommandCaller.Ended ended) {
    if (!ended.out().startsWith("{")) {
      return error(ended.err().isBlank() ? "exit " + ended.exit() : ended.err().strip());
    }
    var document = parsed(ended.out());
    boolean failed = FAILED.contains(ended.exit()) || "error".equals(document.get("outcome"));
    return failed ? error(ended.out().strip()) : document(document);
  }

  static CallToolOutcome refused(ProblemDetail problem) {
    return error("%s: %s; %s".formatted(problem.type(), problem.detail(), problem.remedy()));
  }

  static String result(Map<String, Object> document) {
    return String.valueOf(document.get(RESULT));
  }

  /** How an execution is, in a line. */
  static String message(Map<String, Object> summary) {
    return result(summary) + ": " + summary.getOrDefault("reason", summary.get("request"));
  }

  /** Without its thoughts, with what leads on where it doesn't rest or waits for a person. */
  static Map<String, Object> summary(Map<String, Object> document) {
    var out = new LinkedHashMap<>(document);
    out.keySet().retainAll(SUMMARY);
    String id = String.valueOf(document.get("execution_id"));
    String next =
        switch (result(document)) {
          case HELD ->
              ("another person decides: deployclaw approve %s, or deployclaw reject %s;"
                      + " then call status with this execution")
                  .formatted(id, id);
          case UNCLEAR -> "call run with a request that answers the questions";
          case "QUEUED", "UNFINISHED" -> "call status with this execution and wait_seconds";
          default -> "";
        };
    if (!next.isEmpty()) {
      out.put("next", next);
    }
    return out;
  }

  static Map<String, Object> parsed(String json) {
    try {
      return McpJsonDefaults.getMapper().readValue(json, new TypeRef<Map<String, Object>>() {});
    } catch (IOException e) {
      throw new IllegalStateException("a document that isn't JSON", e);
    }
  }

  static String text(Object jsonLike) {
    try {
      return McpJsonDefaults.getMapper().writeValueAsString(jsonLike);
    } catch (IOException e) {
      throw new IllegalStateException("a document that isn't JSON", e);
    }
  }

  private static CallToolOutcome error(String text) {
    return CallToolResult.builder()
        .addContent(TextContent.builder(SecretRegistry.hidden(text)).build())
        .isError(true)
        .build();
  }
}
