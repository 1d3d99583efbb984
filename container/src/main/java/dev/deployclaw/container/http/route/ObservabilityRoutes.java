package dev.deployclaw.container.http.route;

import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.query.EstateOverview;
import dev.deployclaw.container.query.StatusDocument;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.policy.document.PackagedText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** What is looked at: the estate, the process, its numbers, and the API's own description. */
public final class ObservabilityRoutes {
  static final String OPENAPI = "/v1/openapi.yaml";

  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final AgentServer server;
  private final ReadinessEndpoint readiness;
  private final boolean openMetrics;

  /**
   * @param threads where looking blocks
   */
  public ObservabilityRoutes(AgentServer server, Executor threads, boolean openMetrics) {
    this.server = server;
    this.readiness = new ReadinessEndpoint(server, threads);
    this.openMetrics = openMetrics;
  }

  public List<ApiRoute> routes() {
    ApiRoute.Responder metrics = _ -> ApiResponse.text(PROMETHEUS, server.metrics().text());
    var looks = server.estate();
    var overview = new EstateOverview(looks, server.health(), server.enforcement());
    return List.of(
        ApiRoute.get("/v1/status", _ -> ApiResponse.json(200, status())),
        ApiRoute.get("/v1/estate", _ -> ApiResponse.json(200, overview.document())),
        ApiRoute.get("/v1/topology", _ -> ApiResponse.json(200, looks.topology())),
        ApiRoute.get("/v1/policies", _ -> ApiResponse.json(200, looks.policies())),
        ApiRoute.get("/v1/drift", _ -> ApiResponse.json(200, looks.drift())),
        ApiRoute.get("/v1/watch", _ -> ApiResponse.json(200, server.enforcement().toMap())),
        ApiRoute.probe("/healthz", exchange -> RequestDispatcher.send(exchange, health())),
        ApiRoute.probe("/readyz", readiness::answer),
        openMetrics ? ApiRoute.open("/metrics", metrics) : ApiRoute.get("/metrics", metrics),
        ApiRoute.open(OPENAPI, _ -> ApiResponse.text("application/yaml", openapi())));
  }

  private Map<String, Object> status() throws InterruptedException {
    var out = new LinkedHashMap<>(StatusDocument.of(server.estate().status()));
    out.put("waiting", server.queue().waiting());
    return out;
  }

  static String openapi() {
    return PackagedText.read(ObservabilityRoutes.class, "openapi.yaml");
  }

  private ApiResponse health() {
    boolean lives = server.isAlive();
    return ApiResponse.json(lives ? 200 : 503, Map.of("status", lives ? "ok" : "the worker ended"));
  }
}
