package dev.deployclaw.container.http.route;

import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.PageLimit;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.query.TenantDirectory;
import dev.deployclaw.container.query.TenantDirectory.Search;
import java.util.List;

/** The committed limits, tenant by tenant. */
public record TenantRoutes(TenantDirectory tenants) {
  private static final PageLimit LIMIT = new PageLimit(50, 200);
  private static final int LONGEST_SEARCH = 200;

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.get("/v1/tenants", this::find), ApiRoute.get("/v1/tenants/{id}", this::tenant));
  }

  private ApiResponse find(ApiRequest call) throws InterruptedException {
    String text = call.query().apply("search").orElse("");
    if (text.length() > LONGEST_SEARCH) {
      return ApiResponse.wrongQuery(
          "search", "search has more than " + LONGEST_SEARCH + " characters");
    }
    var search = Search.of(text, call.query().apply("after"), LIMIT.of(call));
    return ApiResponse.json(200, tenants.find(search));
  }

  private ApiResponse tenant(ApiRequest call) throws InterruptedException {
    String name = call.path().apply("id");
    return tenants
        .tenant(name)
        .map(document -> ApiResponse.json(200, document))
        .orElseGet(() ->
            ApiResponse.of(
                ProblemCatalogue.notFound(
                    "no policy is committed of " + ExecutionIdFormat.shown(name))));
  }
}
