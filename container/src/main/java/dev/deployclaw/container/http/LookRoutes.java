package dev.deployclaw.container.http;

import dev.deployclaw.container.serve.Pulse;
import dev.deployclaw.container.serve.Sidecar;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What is looked at: the estate, the process, its numbers, and the API's own description. */
final class LookRoutes {
  static final String OPENAPI = "/v1/openapi.yaml";

  /** However often readiness is asked for, the back ends are asked once in so long. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final Sidecar sidecar;
  private final boolean openMetrics;

  LookRoutes(Sidecar sidecar, boolean openMetrics) {
    this.sidecar = sidecar;
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
        Route.open("/healthz", _ -> health()),
        Route.open("/readyz", _ -> readiness()),
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

  private Reply readiness() throws InterruptedException {
    var beat = sidecar.pulse().feel(FRESH);
    boolean accepting = sidecar.accepting();
    var body = new LinkedHashMap<String, Object>();
    body.put("ready", accepting && beat.well());
    body.put("accepting", accepting);
    body.put("backends", beat.signs().stream().map(LookRoutes::sign).toList());
    return Reply.json(accepting && beat.well() ? 200 : 503, body);
  }

  private static Map<String, Object> sign(Pulse.Sign sign) {
    var out = new LinkedHashMap<String, Object>();
    out.put("name", sign.name());
    out.put("up", sign.trouble().isEmpty());
    sign.trouble().ifPresent(reason -> out.put("reason", reason));
    return out;
  }
}
