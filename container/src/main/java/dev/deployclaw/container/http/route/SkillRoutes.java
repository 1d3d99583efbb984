package dev.deployclaw.container.http.route;

import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.mcp.AgentGateway;
import java.util.List;
import java.util.Optional;

/**
 * The skills that the agent follows, as the command lists them.
 *
 * @param commands runs commands that change nothing; empty where none are run
 */
public record SkillRoutes(Optional<AgentGateway> commands) {
  private static final List<String> LIST = List.of("skills", "list", "--json");

  public List<ApiRoute> routes() {
    return List.of(ApiRoute.get("/v1/skills", this::list));
  }

  private ApiResponse list(ApiRequest call) {
    if (commands.isEmpty()) {
      return ApiResponse.of(ProblemCatalogue.notFound("this agent lists no skills"));
    }
    var ended = commands.get().look(call.caller().name(), LIST);
    return ended.exit() == 0
        ? ApiResponse.text("application/json", ended.out())
        : ApiResponse.of(
            ProblemCatalogue.unreachable("the skills can't be listed: " + ended.err().strip()));
  }
}
