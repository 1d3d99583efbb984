package dev.deployclaw.container.http.route;

import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.query.TenantDirectory;
import dev.deployclaw.container.query.TenantDirectory.Search;
import java.util.List;
import java.util.Optional;

/** The committed limits, tenant by tenant. */
public final class TenantRoutes {
  private static final int LIMIT = 50;
  private static final int MOST_LIMIT = 200;
  private static final int LONGEST_SEARCH = 200;

  private final TenantDirectory tenants;

  public TenantRoutes(TenantDirectory tenants) {
    this.tenants = tenants;
  }

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.get("/v1/tenants", this::find), ApiRoute.get("/v1/tenants/{id}", this::tenant));
  }

  private ApiResponse find(ApiRequest call) throws InterruptedException {
    String text = call.query().apply("search").orElse("");
    if (text.length() > LONGEST_SEARCH) {
      return wrong("search", "search has more than " + LONGEST_SEARCH + " characters");
    }
    var limit =
        Optional.of(call.query().apply("limit").orElse(Integer.toString(LIMIT)))
            .filter(n -> n.matches("[1-9]\\d{0,2}"))
            .map(Integer::valueOf)
            .filter(n -> n <= MOST_LIMIT);
    return limit.isPresent()
        ? ApiResponse.json(
            200, tenants.find(Search.of(text, call.query().apply("after"), limit.get())))
        : wrong("limit", "limit is not a whole number from 1 to " + MOST_LIMIT);
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

  private static ApiResponse wrong(String parameter, String what) {
    return ApiResponse.of(ProblemCatalogue.invalid("query " + parameter, what, "correct it"));
  }
}
