package dev.deployclaw.container.http.route;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.query.ExecutionQueries;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** What tells of executions. */
public final class ExecutionRoutes {
  private static final int LIMIT = 20;
  private static final int MOST_LIMIT = 100;

  private final ExecutionQueries executions;

  public ExecutionRoutes(ExecutionQueries executions) {
    this.executions = executions;
  }

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.get("/v1/executions", this::page),
        ApiRoute.get("/v1/executions/{id}", this::document));
  }

  private ApiResponse page(ApiRequest call) {
    var limit = limit(call.query().apply("limit"));
    if (limit.isEmpty()) {
      return ApiResponse.of(
          ProblemCatalogue.invalid(
              "query limit", "limit is not a whole number from 1 to " + MOST_LIMIT, "correct it"));
    }
    var after = call.query().apply("after");
    if (after.isPresent()
        && (!ExecutionIdFormat.fits(after.get()) || !executions.known(after.get()))) {
      return ApiResponse.of(
          ProblemCatalogue.invalid(
              "query after", "there is no such execution", "give the `next` of a page"));
    }
    var page = executions.page(limit.get(), after);
    var body = new LinkedHashMap<String, Object>();
    body.put("executions", page.summaries());
    body.put("waiting", executions.waiting());
    page.next().ifPresent(id -> body.put("next", id));
    return ApiResponse.json(200, body);
  }

  private ApiResponse document(ApiRequest call) {
    String id = call.path().apply("id");
    return Optional.of(id)
        .filter(ExecutionIdFormat::fits)
        .flatMap(executions::document)
        .map(ExecutionDocument::text)
        .map(text -> ApiResponse.text("application/json", text))
        .orElseGet(() ->
            ApiResponse.of(
                ProblemCatalogue.notFound("there is no execution " + ExecutionIdFormat.shown(id))));
  }

  private static Optional<Integer> limit(Optional<String> given) {
    return Optional.of(given.orElse(Integer.toString(LIMIT)))
        .filter(text -> text.matches("[1-9]\\d{0,2}"))
        .map(Integer::valueOf)
        .filter(n -> n <= MOST_LIMIT);
  }
}
