package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.TypedText;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.RefusedCallException;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.policy.text.TerminalSafeText;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.modern.McpSchema.CallToolOutcome;
import io.modelcontextprotocol.modern.McpSchema.CallToolRequest;
import io.modelcontextprotocol.modern.McpSchema.ElicitFormRequest;
import io.modelcontextprotocol.modern.McpSchema.ElicitResult;
import io.modelcontextprotocol.modern.McpSchema.InputRequiredResult;
import io.modelcontextprotocol.modern.server.InputResponses;
import io.modelcontextprotocol.modern.server.McpRequestContext;
import io.modelcontextprotocol.modern.server.McpSyncNotifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code run}, {@code rollback} and {@code status}: what waits for an execution. A held one, and
 * one with questions, ask for input, and go on at the second call. Nothing here approves: the input
 * is whether to wait for the person who does.
 */
record TaskTools(AgentGateway agent) {
  private static final Logger LOG = LoggerFactory.getLogger(TaskTools.class);
  private static final String INPUT = "input";
  private static final String WAIT = "wait";
  private static final String ANSWER = "answer";
  private static final Set<String> WAITING = Set.of("run", "rollback");
  private static final int WAIT_SECONDS = 60;

  /** Of a client that is given a task where a run takes longer. */
  private static final int TASK_WAIT_SECONDS = 5;

  /**
   * One call.
   *
   * @param patience how long it waits
   */
  record Call(
      McpRequestContext context, McpCaller caller, CallToolRequest request, TaskWait patience) {
    static Call of(
        McpRequestContext context,
        McpCaller caller,
        CallToolRequest request,
        McpSyncNotifier notifier) {
      var told = new AtomicInteger();
      int longest = TasksFeature.isDeclared(context) ? TASK_WAIT_SECONDS : WAIT_SECONDS;
      var wait =
          TaskWait.of(
              number(
                  request.arguments(),
                  "wait_seconds",
                  WAITING.contains(request.name()) ? longest : 0),
              caller.connected(),
              words ->
                  notifier.progress(told.incrementAndGet(), null, SecretRegistry.hidden(words)));
      return new Call(context, caller, request, wait);
    }

    private String text(String name) {
      return arguments().get(name) instanceof String text ? text : "";
    }

    private Map<String, Object> arguments() {
      var given = request.arguments();
      return given == null ? Map.of() : given;
    }

    private boolean manual() {
      return "manual".equals(text("approval"));
    }

    private Optional<String> key() {
      return Optional.of(text("key")).filter(k -> !k.isEmpty());
    }
  }

  /**
   * What was asked of the client, and comes back sealed.
   *
   * @param kind the result that asked for it
   */
  private record Asked(String kind, String execution) {
    static Asked of(String state) {
      var parts = List.of(state.split(" "));
      return new Asked(parts.get(0), parts.get(1));
    }

    String state() {
      return kind + " " + execution;
    }
  }

  CallToolOutcome run(Call call) throws InterruptedException {
    if (call.request().requestState() != null) {
      return goOn(call);
    }
    String request = masked(call.text("request"));
    return begin(
        call, TaskSubmission.task(request, call.caller().name(), call.manual(), call.key()));
  }

  CallToolOutcome rollback(Call call) throws InterruptedException {
    if (call.request().requestState() != null) {
      return goOn(call);
    }
    return begin(
        call,
        TaskSubmission.rollback(
            call.text("execution"), call.caller().name(), call.manual(), call.key()));
  }

  CallToolOutcome status(Call call) throws InterruptedException {
    return ToolAnswers.document(
        ToolAnswers.summary(known(call.text("execution"), call.patience())));
  }

  CallToolOutcome log(Call call) throws InterruptedException {
    var document = known(call.text("execution"), call.patience());
    if ("steps".equals(call.text("detail")) && document.get("thought_log") instanceof List<?> log) {
      log.forEach(step -> ((Map<?, ?>) step).remove("records"));
    }
    return ToolAnswers.document(document);
  }

  private Map<String, Object> known(String id, TaskWait wait) throws InterruptedException {
    return agent
        .await(id, wait)
        .orElseThrow(() -> new RefusedCallException(ProblemCatalogue.noExecution(id)));
  }

  private CallToolOutcome begin(Call call, TaskSubmission task) throws InterruptedException {
    tell(call);
    return answer(call, agent.carryOut(task, call.patience()));
  }

  private String masked(String words) throws InterruptedException {
    return TypedText.of(words).masked(agent.mask());
  }

  /** The client's own name is data: the log names its credential. */
  private static void tell(Call call) {
    var client = call.context().clientInfo();
    LOG.atInfo()
        .addKeyValue("tool", call.request().name())
        .addKeyValue("caller", call.caller().name())
        .addKeyValue("client", client == null ? "" : TerminalSafeText.line(client.name()))
        .log("A client of MCP hands a task in");
  }

  /** The second call. Whether the caller may, and how the change is now, is looked up again. */
  private CallToolOutcome goOn(Call call) throws InterruptedException {
    var asked = Asked.of(call.request().requestState());
    var answered = answered(call);
    boolean accepted = answered.filter(a -> a.action() == ElicitResult.Action.ACCEPT).isPresent();
    Map<String, Object> content = answered.map(ElicitResult::content).orElse(Map.of());
    if (accepted && asked.kind().equals(ToolAnswers.UNCLEAR)) {
      return content.get(ANSWER) instanceof String text && !text.isBlank()
          ? begin(call, reply(call, asked, text))
          : answer(call, known(asked.execution(), call.patience()));
    }
    boolean waits = accepted && !Boolean.FALSE.equals(content.get(WAIT));
    var document =
        known(asked.execution(), waits ? call.patience().untilDecided() : call.patience());
    return answered.isPresent() && !waits
        ? ToolAnswers.document(ToolAnswers.summary(document))
        : answer(call, document);
  }

  /** One answer to one question, however often it is sent. */
  private TaskSubmission reply(Call call, Asked asked, String text) throws InterruptedException {
    var key = Optional.of("mcp-answer-" + asked.execution());
    return TaskSubmission.answer(asked.execution(), masked(text), call.caller().name(), key);
  }

  private static Optional<ElicitResult> answered(Call call) {
    return Optional.ofNullable(
        InputResponses.get(
            call.request().inputResponses(),
            INPUT,
            ElicitResult.class,
            McpJsonDefaults.getMapper()));
  }

  /** Asks for input where there is something to ask, of a client that can be asked. */
  private static CallToolOutcome answer(Call call, Map<String, Object> document) {
    if (TasksFeature.isDeclared(call.context()) && TasksFeature.isAtWork(document)) {
      return TasksFeature.created(document);
    }
    String result = ToolAnswers.result(document);
    boolean asks = result.equals(ToolAnswers.HELD) || result.equals(ToolAnswers.UNCLEAR);
    if (!asks || !call.context().clientCapabilities().supportsElicitationForm()) {
      return ToolAnswers.document(ToolAnswers.summary(document));
    }
    String id = String.valueOf(document.get("execution_id"));
    var form = result.equals(ToolAnswers.HELD) ? decision(id, document) : question(document);
    return InputRequiredResult.builder()
        .elicit(INPUT, form)
        .requestState(new Asked(result, id).state())
        .build();
  }

  private static ElicitFormRequest decision(String id, Map<String, Object> document) {
    String message =
        ("%s is held: %s. Another person decides, by deployclaw approve %s or deployclaw reject"
                + " %s. Accept to wait for that decision.")
            .formatted(id, document.getOrDefault("reason", "it needs an approval"), id, id);
    return form(
        message,
        WAIT,
        Map.of("type", "boolean", "title", "Wait for the decision", "default", true));
  }

  private static ElicitFormRequest question(Map<String, Object> document) {
    var questions =
        document.get("questions") instanceof List<?> list ? list : List.of(document.get("reason"));
    String asked = String.join(" ", questions.stream().map(String::valueOf).toList());
    return form(asked, ANSWER, Map.of("type", "string", "title", "Your answer"));
  }

  private static ElicitFormRequest form(String message, String name, Map<String, Object> field) {
    var schema =
        Map.<String, Object>of(
            "type", "object", "properties", Map.of(name, field), "required", List.of(name));
    return ElicitFormRequest.builder(SecretRegistry.hidden(message), schema).build();
  }

  private static int number(@Nullable Map<String, Object> arguments, String name, int otherwise) {
    return arguments != null && arguments.get(name) instanceof Number n ? n.intValue() : otherwise;
  }
}
