package dev.deployclaw.container.http;

import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.container.config.Role;
import dev.deployclaw.container.config.Secrets;
import dev.deployclaw.container.serve.Sidecar;
import dev.deployclaw.core.runtime.Ended;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.runtime.Result;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The kill switch. It is turned at once: it waits for no task, and takes no lead. */
final class FreezeRoutes {
  private final Sidecar sidecar;

  FreezeRoutes(Sidecar sidecar) {
    this.sidecar = sidecar;
  }

  List<Route> routes() {
    return List.of(
        Route.urgent("/v1/freeze", Role.OPERATOR, this::freeze),
        Route.urgent("/v1/thaw", Role.OPERATOR, this::thaw));
  }

  private Reply freeze(Received call) throws InterruptedException {
    try {
      var fields = Json.parseObject(call.body());
      var unknown = TaskBody.unknown(fields, Set.of("reason"));
      if (unknown.isPresent()) {
        return Reply.of(unknown.get());
      }
      return fields.get("reason") instanceof String reason && fits(reason)
          ? reply(sidecar.freeze(call.caller().name(), Secrets.redacted(reason.strip())))
          : wrong(
              "body.reason",
              "body.reason must be a text of 1 to " + TaskBody.MOST_TEXT + " characters");
    } catch (Json.Malformed e) {
      return wrong("body", "body isn't a JSON object: " + e.getMessage());
    }
  }

  private Reply thaw(Received call) throws InterruptedException {
    var problem = body(call.body());
    return problem.isPresent()
        ? Reply.of(problem.get())
        : reply(sidecar.thaw(call.caller().name()));
  }

  private static Optional<Problem> body(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.empty();
    }
    try {
      return Json.parseObject(bytes).isEmpty()
          ? Optional.empty()
          : Optional.of(Problems.invalid("body", "a thaw has no fields", "send no body, or {}"));
    } catch (Json.Malformed e) {
      String what = "body isn't a JSON object: " + e.getMessage();
      return Optional.of(Problems.invalid("body", what, "send no body, or {}"));
    }
  }

  /** What isn't certain is no success: somebody would rely on it. */
  private static Reply reply(Ended ended) {
    if (ended.result() == Result.UNKNOWN) {
      return Reply.of(Problems.unknownOutcome(ended.reason()));
    }
    if (ended.exit() != ExitCode.OK) {
      return Reply.of(Problems.unreachable(ended.reason()));
    }
    String location = "/v1/executions/" + ended.execution();
    var body = new LinkedHashMap<String, Object>();
    body.put("execution_id", ended.execution());
    body.put("result", ended.result().name());
    body.put("reason", ended.reason());
    body.put("location", location);
    return Reply.json(200, body).with("Content-Location", location);
  }

  private static boolean fits(String reason) {
    return !reason.isBlank() && reason.length() <= TaskBody.MOST_TEXT;
  }

  private static Reply wrong(String place, String what) {
    return Reply.of(Problems.invalid(place, what, "send {\"reason\": \"…\"}"));
  }
}
