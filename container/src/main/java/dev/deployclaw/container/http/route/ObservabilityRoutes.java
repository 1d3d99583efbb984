package dev.deployclaw.container.http.route;

import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.query.EstateOverview;
import dev.deployclaw.container.query.StatusDocument;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.policy.document.PackagedText;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What is looked at: the estate, the process, its numbers, and the API's own description.
 *
 * @param threads where looking blocks
 */
public record ObservabilityRoutes(AgentServer server, Executor threads, boolean openMetrics) {
  static final String OPENAPI = "/v1/openapi.yaml";

  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

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
        ApiRoute.probe("/readyz", new ReadinessEndpoint(server, threads)::answer),
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

  /**
   * Answers probes of readiness. Those that come while the back ends are asked get that answer,
   * too: a flood of them costs no more than one, so none has to be refused. Runs on the event loop.
   */
  private static final class ReadinessEndpoint {
    /** However often readiness is asked for, the back ends are asked once in so long. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final AgentServer server;
    private final Executor threads;
    private final List<RoutingContext> waiting = new ArrayList<>();

    /**
     * @param threads where asking blocks
     */
    ReadinessEndpoint(AgentServer server, Executor threads) {
      this.server = server;
      this.threads = threads;
    }

    void answer(RoutingContext exchange) {
      waiting.add(exchange);
      if (waiting.size() > 1) {
        return;
      }
      var context = exchange.vertx().getOrCreateContext();
      try {
        threads.execute(() -> ask(context));
      } catch (RejectedExecutionException e) {
        all(ApiResponse.of(ProblemCatalogue.stopping()));
      }
    }

    /** On a virtual thread. */
    private void ask(Context context) {
      ApiResponse reply;
      try {
        reply = readiness();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        reply = ApiResponse.of(ProblemCatalogue.stopping());
      } catch (RuntimeException e) {
        reply = ApiResponse.of(RequestDispatcher.problem(e, "readiness is unknown"));
      }
      var told = reply;
      context.runOnContext(_ -> all(told));
    }

    private void all(ApiResponse reply) {
      var those = List.copyOf(waiting);
      waiting.clear();
      those.forEach(exchange -> RequestDispatcher.send(exchange, reply));
    }

    private ApiResponse readiness() throws InterruptedException {
      var health = server.health().sample(FRESH);
      boolean accepting = server.isAccepting();
      boolean ready = accepting && health.isHealthy();
      var backends =
          health.backends().stream()
              .map(b -> new ReadyBackend(b.name(), b.trouble().isEmpty(), b.trouble()))
              .toList();
      return ApiResponse.json(ready ? 200 : 503, new Readiness(ready, accepting, backends));
    }

    private record Readiness(boolean ready, boolean accepting, List<ReadyBackend> backends) {}

    private record ReadyBackend(String name, boolean up, Optional<String> reason) {}
  }
}
