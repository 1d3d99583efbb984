package dev.deployclaw.container.http;

import dev.deployclaw.container.serve.Sidecar;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;

/** What is looked at: the estate, the process, its numbers, and the API's own description. */
final class LookRoutes {
  static final String OPENAPI = "/v1/openapi.yaml";

  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final Sidecar sidecar;
  private final ReadinessProbe readiness;
  private final boolean openMetrics;

  /**
   * @param threads where looking blocks
   */
  LookRoutes(Sidecar sidecar, Executor threads, boolean openMetrics) {
    this.sidecar = sidecar;
    this.readiness = new ReadinessProbe(sidecar, threads);
    this.openMetrics = openMetrics;
  }

  List<Route> routes() {
    Route.Responder metrics = _ -> Reply.text(PROMETHEUS, sidecar.meters().text());
    var looks = sidecar.looks();
    return List.of(
        Route.get("/v1/topology", _ -> Reply.json(200, looks.topology())),
        Route.get("/v1/policies", _ -> Reply.json(200, looks.policies())),
        Route.get("/v1/drift", _ -> Reply.json(200, looks.drift())),
        Route.get("/v1/watch", _ -> Reply.json(200, sidecar.watcher().toMap())),
        Route.probe("/healthz", exchange -> Front.send(exchange, health())),
        Route.probe("/readyz", readiness::answer),
        openMetrics ? Route.open("/metrics", metrics) : Route.get("/metrics", metrics),
        Route.open(OPENAPI, _ -> Reply.text("application/yaml", openapi())));
  }

  static String openapi() {
    try (InputStream in =
        Objects.requireNonNull(LookRoutes.class.getResourceAsStream("openapi.yaml"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Reply health() {
    boolean lives = sidecar.lives();
    return Reply.json(lives ? 200 : 503, Map.of("status", lives ? "ok" : "the worker ended"));
  }
}
