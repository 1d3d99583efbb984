package dev.deployclaw.container.http.route;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.secret.TypedText;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import java.util.List;

/** The kill switch. It is turned at once: it waits for no task, and takes no lead. */
public record FreezeRoutes(AgentServer server) {
  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.urgent("/v1/freeze", ApiRole.OPERATOR, this::freeze),
        ApiRoute.urgent("/v1/thaw", ApiRole.OPERATOR, this::thaw));
  }

  /** Waits for no executor host that is away. */
  private ApiResponse freeze(ApiRequest call) throws InterruptedException {
    var reason = TypedText.of(RequestBody.freeze(call.body()).text("reason").strip());
    String masked = reason.maskedOrLeftOut(server.resources().mask());
    return reply(server.changes().freeze(call.caller().name(), masked));
  }

  private ApiResponse thaw(ApiRequest call) throws InterruptedException {
    RequestBody.thaw(call.body());
    return reply(server.changes().thaw(call.caller().name()));
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
    var body = new TurnedSwitch(ended.execution(), ended.result().name(), ended.reason(), location);
    return ApiResponse.json(200, body).with("Content-Location", location);
  }

  private record TurnedSwitch(String executionId, String result, String reason, String location) {}
}
