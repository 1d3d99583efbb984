package dev.deployclaw.container.http.route;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.PageLimit;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.query.ExecutionQueries;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What tells of executions. */
public record ExecutionRoutes(ExecutionQueries executions) {
  private static final PageLimit LIMIT = new PageLimit(20, 100);
  private static final Set<String> FLAGS = Set.of("true", "false");

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.get("/v1/executions", this::page),
        ApiRoute.get("/v1/executions/{id}", this::document));
  }

  private ApiResponse page(ApiRequest call) {
    int limit = LIMIT.of(call);
    var after = call.query().apply("after");
    if (after.isPresent()
        && (!ExecutionIdFormat.fits(after.get()) || !executions.known(after.get()))) {
      return ApiResponse.of(
          ProblemCatalogue.invalid(
              "query after", "there is no such execution", "give the `next` of a page"));
    }
    var page = executions.page(limit, after);
    return ApiResponse.json(
        200, new ListedExecutions(page.summaries(), executions.waiting(), page.next()));
  }

  private record ListedExecutions(
      List<Map<String, Object>> executions, List<String> waiting, Optional<String> next) {}

  private ApiResponse document(ApiRequest call) {
    String id = call.path().apply("id");
    var outline = call.query().apply("outline").orElse("false");
    if (!FLAGS.contains(outline)) {
      return ApiResponse.wrongQuery("outline", "outline is neither true nor false");
    }
    return Optional.of(id)
        .filter(ExecutionIdFormat::fits)
        .flatMap(outline.equals("true") ? executions::outline : executions::document)
        .map(ExecutionDocument::text)
        .map(text -> ApiResponse.text("application/json", text))
        .orElseGet(() -> ApiResponse.of(ProblemCatalogue.noExecution(id)));
  }
}
