package dev.deployclaw.container.http.route;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.exchange.RefusedCallException;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.metrics.ServerMetrics.Refusal;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.language.question.EstateQuestionReader;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.service.OpenQuestion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What hands something in: tasks, answers to their questions, and rollbacks. */
public record TaskRoutes(AgentServer server) {
  public static final String KEY = "Idempotency-Key";

  /** Visible ASCII. */
  private static final Pattern KEY_FORM = Pattern.compile("[!-~]{1,255}");

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
    call.requireJson();
    var key = key(call);
    var body = RequestBody.task(call.body());
    var text = body.typed("request");
    boolean manual = body.manual();
    String who = call.caller().name();
    String request = text.masked(server.resources().mask());
    var answer =
        !manual && EstateQuestionReader.mayAsk(request)
            ? server.answer(request, who)
            : Optional.<EstateAnswer>empty();
    return answer.isPresent()
        ? answered(answer.get())
        : reply(server.intake().submit(TaskSubmission.task(request, who, manual, key)));
  }

  /** Reads alone, whatever the words say. */
  private ApiResponse ask(ApiRequest call) throws InterruptedException {
    call.requireJson();
    var body = RequestBody.task(call.body());
    var text = body.typed("request");
    var _ = body.manual(); // a wrong one is refused, as of a task
    return server
        .answer(text.masked(server.resources().mask()), call.caller().name())
        .map(TaskRoutes::answered)
        .orElseGet(() ->
            ApiResponse.of(
                ProblemCatalogue.invalid(
                    "body.request",
                    "body.request doesn't ask about the estate, as it is understood",
                    "send a change to POST /v1/tasks")));
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
    call.requireJson();
    var key = key(call);
    String id = call.path().apply("id");
    String who = call.caller().name();
    var text = RequestBody.answer(call.body()).typed("answer");
    if (asked(id, call) instanceof OpenQuestion.Closed closed && !isRepeated(closed, key)) {
      return ApiResponse.of(problem(id, closed));
    }
    String words = text.masked(server.resources().mask());
    return reply(server.intake().submit(TaskSubmission.answer(id, words, who, key)));
  }

  /** A repeated call finds the first one's execution, though the question is answered by now. */
  private static boolean isRepeated(OpenQuestion.Closed closed, Optional<String> key) {
    return closed.flaw() == OpenQuestion.Flaw.CLOSED && key.isPresent();
  }

  private OpenQuestion asked(String id, ApiRequest call) throws InterruptedException {
    return ExecutionIdFormat.fits(id)
        ? server.changes().queries().question(id, call.caller().name())
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
    var key = key(call);
    String who = call.caller().name();
    boolean known =
        id.equals("last")
            || (ExecutionIdFormat.fits(id) && server.approvals().knowsChange(id, who));
    if (!known) {
      return ApiResponse.of(
          ProblemCatalogue.notFound("there is no change " + ExecutionIdFormat.shown(id)));
    }
    boolean manual = RequestBody.rollback(call.body()).manual();
    return reply(server.intake().submit(TaskSubmission.rollback(id, who, manual, key)));
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
    var body = new AcceptedTask(execution, location, location + "/events");
    return ApiResponse.json(202, body).with("Location", location);
  }

  private record AcceptedTask(String executionId, String location, String events) {}

  private static Optional<String> key(ApiRequest call) {
    var key = call.header().apply(KEY);
    if (key.filter(k -> !KEY_FORM.matcher(k).matches()).isPresent()) {
      throw new RefusedCallException(
          ProblemCatalogue.invalid(
              "header " + KEY, "a key has 1 to 255 visible ASCII characters", "use a UUID"));
    }
    return key;
  }
}
