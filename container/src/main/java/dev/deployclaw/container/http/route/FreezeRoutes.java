package dev.deployclaw.container.http.route;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.secret.TypedText;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.exchange.TaskRequestBody;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The kill switch. It is turned at once: it waits for no task, and takes no lead. */
public record FreezeRoutes(AgentServer server) {
  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.urgent("/v1/freeze", ApiRole.OPERATOR, this::freeze),
        ApiRoute.urgent("/v1/thaw", ApiRole.OPERATOR, this::thaw));
  }

  private ApiResponse freeze(ApiRequest call) throws InterruptedException {
    try {
      var fields = StrictJson.parseObject(call.body());
      var unknown = TaskRequestBody.unknown(fields, Set.of("reason"));
      if (unknown.isPresent()) {
        return ApiResponse.of(unknown.get());
      }
      return fields.get("reason") instanceof String reason && fits(reason)
          ? freeze(call.caller().name(), TypedText.of(reason.strip()))
          : wrong(
              "body.reason",
              "body.reason must be a text of 1 to " + TaskRequestBody.MOST_TEXT + " characters");
    } catch (StrictJson.Malformed e) {
      return wrong("body", "body isn't a JSON object: " + e.getMessage());
    }
  }

  /** Waits for no executor host that is away. */
  private ApiResponse freeze(String who, TypedText reason) throws InterruptedException {
    return reply(server.freeze(who, reason.maskedOrLeftOut(server.resources().mask())));
  }

  private ApiResponse thaw(ApiRequest call) throws InterruptedException {
    var problem = body(call.body());
    return problem.isPresent()
        ? ApiResponse.of(problem.get())
        : reply(server.thaw(call.caller().name()));
  }

  private static Optional<ProblemDetail> body(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.empty();
    }
    try {
      return StrictJson.parseObject(bytes).isEmpty()
          ? Optional.empty()
          : Optional.of(
              ProblemCatalogue.invalid("body", "a thaw has no fields", "send no body, or {}"));
    } catch (StrictJson.Malformed e) {
      String what = "body isn't a JSON object: " + e.getMessage();
      return Optional.of(ProblemCatalogue.invalid("body", what, "send no body, or {}"));
    }
  }

  /** What isn't certain is no success: somebody would rely on it. */
  private static ApiResponse reply(RequestOutcome ended) {
    if (ended.result() == ExecutionStatus.UNKNOWN) {
      return ApiResponse.of(ProblemCatalogue.unknownOutcome(ended.reason()));
    }
    if (ended.exit() != ExitCode.OK) {
      return ApiResponse.of(ProblemCatalogue.unreachable(ended.reason()));
    }
    String location = "/v1/executions/" + ended.execution();
    var body = new LinkedHashMap<String, Object>();
    body.put("execution_id", ended.execution());
    body.put("result", ended.result().name());
    body.put("reason", ended.reason());
    body.put("location", location);
    return ApiResponse.json(200, body).with("Content-Location", location);
  }

  private static boolean fits(String reason) {
    return !reason.isBlank() && reason.length() <= TaskRequestBody.MOST_TEXT;
  }

  private static ApiResponse wrong(String place, String what) {
    return ApiResponse.of(ProblemCatalogue.invalid(place, what, "send {\"reason\": \"…\"}"));
  }
}
