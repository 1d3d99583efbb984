package dev.deployclaw.container.mcp;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import io.modelcontextprotocol.modern.McpException;
import io.modelcontextprotocol.modern.McpSchema.CallToolOutcome;
import io.modelcontextprotocol.modern.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.modern.McpSchema.Result;
import io.modelcontextprotocol.modern.McpSchema.ResultType;
import io.modelcontextprotocol.modern.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.modern.server.McpAsyncResponse;
import io.modelcontextprotocol.modern.server.McpFeature;
import io.modelcontextprotocol.modern.server.McpRequestContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Long runs as tasks: the extension {@code io.modelcontextprotocol/tasks} of revision 2026-07-28,
 * which the SDK lacks. A task is an execution, by its id: it outlives client and agent, and all
 * viewers may read it. A held one is at work, since another person decides. Its client is asked
 * nothing, and can't stop it; both calls are acknowledged, as the extension allows.
 */
record TasksFeature(AgentGateway agent, McpCaller only) implements McpFeature {
  private static final String EXTENSION = "io.modelcontextprotocol/tasks";
  private static final ClientCapabilities REQUIRED =
      ClientCapabilities.builder().extensions(Map.of(EXTENSION, Map.of())).build();

  static final String GET = "tasks/get";
  static final String UPDATE = "tasks/update";
  static final String CANCEL = "tasks/cancel";
  private static final Set<String> WORKING = Set.of("QUEUED", "UNFINISHED", ToolAnswers.HELD);
  private static final String BEGUN = "timestamp";
  private static final int POLL_MILLIS = 2_000;
  private static final double NANOS = Duration.ofSeconds(1).toNanos();

  /** A task, or no more than that a call was understood. */
  record TaskAnswer(String resultType, @JsonAnyGetter Map<String, @Nullable Object> fields)
      implements CallToolOutcome {
    @Override
    public Map<String, Object> meta() {
      return Map.of();
    }
  }

  static boolean isDeclared(McpRequestContext context) {
    var extensions = context.clientCapabilities().extensions();
    return extensions != null && extensions.containsKey(EXTENSION);
  }

  /** Whether an execution goes on after its call, so that it can be a task. */
  static boolean isAtWork(Map<String, Object> document) {
    return WORKING.contains(ToolAnswers.result(document)) && document.containsKey(BEGUN);
  }

  static CallToolOutcome created(Map<String, Object> document) {
    return new TaskAnswer("task", fields(document));
  }

  @Override
  public Set<String> methods() {
    return Set.of(GET, UPDATE, CANCEL);
  }

  @Override
  public void capabilities(ServerCapabilities.Builder server) {
    server.extension(EXTENSION, Map.of());
  }

  @Override
  public Mono<? extends McpAsyncResponse<? extends Result>> handle(
      McpRequestContext context, Object params) {
    var answer = Mono.fromCallable(() -> McpAsyncResponse.result(answer(context, params)));
    return context.isBlocking() ? answer : answer.subscribeOn(Schedulers.boundedElastic());
  }

  private TaskAnswer answer(McpRequestContext context, Object params) throws InterruptedException {
    if (!isDeclared(context)) {
      throw McpException.missingClientCapability(REQUIRED);
    }
    var caller = McpCaller.of(context, only);
    String id = params instanceof Map<?, ?> map ? String.valueOf(map.get("taskId")) : "";
    boolean named = ExecutionIdFormat.fits(id) && !id.equals(AgentGateway.LAST);
    var document =
        named && caller.roles().contains(ApiRole.VIEWER)
            ? agent.await(id, TaskWait.of(0, caller.connected(), _ -> {}))
            : Optional.<Map<String, Object>>empty();
    if (document.isEmpty()) {
      throw McpException.invalidParams("there is no task " + ExecutionIdFormat.shown(id));
    }
    if (context.method().equals(CANCEL) && !isAtWork(document.get())) {
      throw McpException.invalidParams(id + " has ended");
    }
    return new TaskAnswer(
        ResultType.COMPLETE, context.method().equals(GET) ? detailed(document.get()) : Map.of());
  }

  /** With the answer of the call that began it, once it rests. */
  private static Map<String, @Nullable Object> detailed(Map<String, Object> document) {
    var out = fields(document);
    if (!isAtWork(document)) {
      out.put("result", ToolAnswers.document(ToolAnswers.summary(document)));
    }
    return out;
  }

  private static Map<String, @Nullable Object> fields(Map<String, Object> document) {
    var out = new TreeMap<String, @Nullable Object>();
    var summary = ToolAnswers.summary(document);
    var begun = Instant.parse(String.valueOf(document.get(BEGUN)));
    double lasted = document.get("duration_seconds") instanceof Number n ? n.doubleValue() : 0;
    out.put("taskId", document.get("execution_id"));
    out.put("status", isAtWork(document) ? "working" : "completed");
    out.put("statusMessage", ToolAnswers.message(summary));
    out.put("createdAt", begun.toString());
    out.put("lastUpdatedAt", begun.plusNanos((long) (lasted * NANOS)).toString());
    out.put("ttlMs", null);
    out.put("pollIntervalMs", POLL_MILLIS);
    return out;
  }
}
