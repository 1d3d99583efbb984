package dev.deployclaw.container.http.route;

import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.serve.Pulse;
import dev.deployclaw.container.serve.Sidecar;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Answers probes of readiness. Those that come while the back ends are asked get that answer, too:
 * a flood of them costs no more than one, so none has to be refused. Runs on the event loop.
 */
final class ReadinessEndpoint {
  /** However often readiness is asked for, the back ends are asked once in so long. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  private final Sidecar sidecar;
  private final Executor threads;
  private final List<RoutingContext> waiting = new ArrayList<>();

  /**
   * @param threads where asking blocks
   */
  ReadinessEndpoint(Sidecar sidecar, Executor threads) {
    this.sidecar = sidecar;
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
    var beat = sidecar.pulse().feel(FRESH);
    boolean accepting = sidecar.accepting();
    var body = new LinkedHashMap<String, Object>();
    body.put("ready", accepting && beat.well());
    body.put("accepting", accepting);
    body.put("backends", beat.signs().stream().map(ReadinessEndpoint::sign).toList());
    return ApiResponse.json(accepting && beat.well() ? 200 : 503, body);
  }

  private static Map<String, Object> sign(Pulse.Sign sign) {
    var out = new LinkedHashMap<String, Object>();
    out.put("name", sign.name());
    out.put("up", sign.trouble().isEmpty());
    sign.trouble().ifPresent(reason -> out.put("reason", reason));
    return out;
  }
}
