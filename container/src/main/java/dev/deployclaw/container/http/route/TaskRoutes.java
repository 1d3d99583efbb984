package dev.deployclaw.container.http.route;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.exchange.RollbackRequestBody;
import dev.deployclaw.container.http.exchange.TaskRequestBody;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.metrics.ServerMetrics.Refusal;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.language.question.EstateQuestionReader;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.service.ApprovalRefusal;
import dev.deployclaw.core.service.OpenQuestion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What hands something in: tasks, answers to their questions, and rollbacks. */
public record TaskRoutes(AgentServer server) {
  public static final String KEY = "Idempotency-Key";

  /** Visible ASCII. */
  private static final Pattern KEY_FORM = Pattern.compile("[!-~]{1,255}");

  private static final String LAST = "last";

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.post("/v1/tasks", ApiRole.OPERATOR, this::submit),
        ApiRoute.post("/v1/questions", ApiRole.VIEWER, this::ask),
        ApiRoute.get("/v1/tasks/{id}/questions", ApiRole.OPERATOR, this::questions),
        ApiRoute.post("/v1/tasks/{id}/answers", ApiRole.OPERATOR, this::answer),
        ApiRoute.get("/v1/executions/{id}/rehearsal", ApiRole.OPERATOR, this::rehearsal),
        ApiRoute.urgent("/v1/executions/{id}/rollback", ApiRole.OPERATOR, this::rollback));
  }

  private ApiResponse submit(ApiRequest call) throws InterruptedException {
    if (!TaskRequestBody.isJson(call.header().apply("Content-Type"))) {
      return ApiResponse.of(ProblemCatalogue.notJson());
    }
    if (wrongKey(call)) {
      return ApiResponse.of(keyProblem());
    }
    return switch (TaskRequestBody.parse(call.body())) {
      case TaskRequestBody.Read.Bad(ProblemDetail problem) -> ApiResponse.of(problem);
      case TaskRequestBody.Read.Good(TaskRequestBody body) -> {
        String who = call.caller().name();
        String request = body.request().masked(server.resources().mask());
        var answer =
            !body.manual() && EstateQuestionReader.mayAsk(request)
                ? server.answer(request, who)
                : Optional.<EstateAnswer>empty();
        yield answer.isPresent()
            ? answered(answer.get())
            : reply(
                server
                    .intake()
                    .submit(TaskSubmission.task(request, who, body.manual(), key(call))));
      }
    };
  }

  /** Reads alone, whatever the words say. */
  private ApiResponse ask(ApiRequest call) throws InterruptedException {
    if (!TaskRequestBody.isJson(call.header().apply("Content-Type"))) {
      return ApiResponse.of(ProblemCatalogue.notJson());
    }
    return switch (TaskRequestBody.parse(call.body())) {
      case TaskRequestBody.Read.Bad(ProblemDetail problem) -> ApiResponse.of(problem);
      case TaskRequestBody.Read.Good(TaskRequestBody body) ->
          server
              .answer(body.request().masked(server.resources().mask()), call.caller().name())
              .map(TaskRoutes::answered)
              .orElseGet(() ->
                  ApiResponse.of(
                      ProblemCatalogue.invalid(
                          "body.request",
                          "body.request doesn't ask about the estate, as it is understood",
                          "send a change to POST /v1/tasks")));
    };
  }

  private static ApiResponse answered(EstateAnswer answer) {
    return answer.exit() == ExitCode.UNREACHABLE
        ? ApiResponse.of(ProblemCatalogue.unreachable(String.join("; ", answer.unknown())))
        : ApiResponse.json(200, Map.of("answer", answer.toMap()));
  }

  /** What a task asked its caller, while that waits for an answer. */
  private ApiResponse questions(ApiRequest call) throws InterruptedException {
    String id = call.path().apply("id");
    return switch (asked(id, call)) {
      case OpenQuestion.Waiting(var offers) ->
          ApiResponse.json(200, OutcomeDocuments.document(id, offers));
      case OpenQuestion.Closed closed -> ApiResponse.of(problem(id, closed));
    };
  }

  /** Goes on with a task by what its caller answers: as an execution that names it. */
  private ApiResponse answer(ApiRequest call) throws InterruptedException {
    if (!TaskRequestBody.isJson(call.header().apply("Content-Type"))) {
      return ApiResponse.of(ProblemCatalogue.notJson());
    }
    if (wrongKey(call)) {
      return ApiResponse.of(keyProblem());
    }
    String id = call.path().apply("id");
    return switch (TaskRequestBody.parseAnswer(call.body())) {
      case TaskRequestBody.Read.Bad(ProblemDetail problem) -> ApiResponse.of(problem);
      case TaskRequestBody.Read.Good(TaskRequestBody body) ->
          asked(id, call) instanceof OpenQuestion.Closed closed && !isRepeated(closed, call)
              ? ApiResponse.of(problem(id, closed))
              : reply(
                  server
                      .intake()
                      .submit(
                          TaskSubmission.answer(
                              id,
                              body.request().masked(server.resources().mask()),
                              call.caller().name(),
                              key(call))));
    };
  }

  /** A repeated call finds the first one's execution, though the question is answered by now. */
  private static boolean isRepeated(OpenQuestion.Closed closed, ApiRequest call) {
    return closed.flaw() == OpenQuestion.Flaw.CLOSED && key(call).isPresent();
  }

  private OpenQuestion asked(String id, ApiRequest call) throws InterruptedException {
    return ExecutionIdFormat.fits(id)
        ? server.question(id, call.caller().name())
        : new OpenQuestion.Closed(
            OpenQuestion.Flaw.NO_QUESTION, "there is no execution " + ExecutionIdFormat.shown(id));
  }

  private static ProblemDetail problem(String id, OpenQuestion.Closed closed) {
    return switch (closed.flaw()) {
      case NO_QUESTION -> ProblemCatalogue.notFound(closed.reason());
      case NOT_ALLOWED -> ProblemCatalogue.notAsked(closed.reason());
      case CLOSED -> ProblemCatalogue.conflict(closed.reason(), "see GET /v1/executions/" + id);
    };
  }

  /** What a rollback would do to whom. Nothing is done. */
  private ApiResponse rehearsal(ApiRequest call) throws InterruptedException {
    String id = call.path().apply("id");
    var report =
        ExecutionIdFormat.fits(id)
            ? server.estate().rehearsal(id)
            : CheckpointReport.without(ExitCode.REFUSED, "", "there is no such change");
    return report.exit() == ExitCode.REFUSED
        ? ApiResponse.of(ProblemCatalogue.notFound(report.reason()))
        : ApiResponse.json(200, OutcomeDocuments.document(report));
  }

  private ApiResponse rollback(ApiRequest call) throws InterruptedException {
    String id = call.path().apply("id");
    if (wrongKey(call)) {
      return ApiResponse.of(keyProblem());
    }
    if (!id.equals(LAST) && isNoChange(id, call.caller().name())) {
      return ApiResponse.of(
          ProblemCatalogue.notFound("there is no change " + ExecutionIdFormat.shown(id)));
    }
    return switch (RollbackRequestBody.parse(call.body())) {
      case RollbackRequestBody.Read.Bad(ProblemDetail problem) -> ApiResponse.of(problem);
      case RollbackRequestBody.Read.Good(boolean manual) ->
          reply(
              server
                  .intake()
                  .submit(TaskSubmission.rollback(id, call.caller().name(), manual, key(call))));
    };
  }

  private ApiResponse reply(SubmissionResult answer) {
    return reply(answer, server);
  }

  static ApiResponse reply(SubmissionResult answer, AgentServer server) {
    return switch (answer) {
      case SubmissionResult.Accepted(String execution) -> accepted(execution);
      case SubmissionResult.Repeated(String execution) ->
          accepted(execution).with("Idempotency-Replayed", "true");
      case SubmissionResult.KeyReused(String execution) ->
          ApiResponse.of(ProblemCatalogue.keyReused(execution));
      case SubmissionResult.Full(int waiting, var retryAfter) -> {
        server.metrics().refused(Refusal.QUEUE);
        yield ApiResponse.of(ProblemCatalogue.queueFull(waiting, retryAfter));
      }
      case SubmissionResult.Closed() -> ApiResponse.of(ProblemCatalogue.stopping());
    };
  }

  private static ApiResponse accepted(String execution) {
    String location = "/v1/executions/" + execution;
    var body = new LinkedHashMap<String, Object>();
    body.put("execution_id", execution);
    body.put("location", location);
    body.put("events", location + "/events");
    return ApiResponse.json(202, body).with("Location", location);
  }

  /** Another agent may have carried it out, so the state store is asked, not the logs here. */
  private boolean isNoChange(String id, String who) throws InterruptedException {
    return !ExecutionIdFormat.fits(id)
        || server
            .approvals()
            .objection(id, who, false, "")
            .filter(o -> o.kind() == ApprovalRefusal.Kind.NO_SUCH_CHANGE)
            .isPresent();
  }

  private static Optional<String> key(ApiRequest call) {
    return call.header().apply(KEY);
  }

  private static boolean wrongKey(ApiRequest call) {
    return key(call).filter(k -> !KEY_FORM.matcher(k).matches()).isPresent();
  }

  private static ProblemDetail keyProblem() {
    return ProblemCatalogue.invalid(
        "header " + KEY, "a key has 1 to 255 visible ASCII characters", "use a UUID");
  }
}
