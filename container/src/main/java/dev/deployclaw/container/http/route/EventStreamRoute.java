package dev.deployclaw.container.http.route;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.access.RequestAuthorizer;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.limit.ConcurrencyLimiter;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import io.vertx.core.Context;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;

/**
 * Opens event streams, no more than so many at once, for all and for each caller. Runs on the event
 * loop.
 */
public final class EventStreamRoute {
  private static final String LAST_EVENT = "Last-Event-ID";

  /** As {@link EventStream} gives ids; the number alone is one, too. */
  private static final Pattern RECORD =
      Pattern.compile("(\\d{1,9})(?:-([0-9a-f]{%d}))?".formatted(EventStream.SHORT_HASH));

  private final AgentServer server;
  private final Executor threads;
  private final RequestAuthorizer guard;
  private final ConcurrencyLimiter open;

  /**
   * @param threads where reading blocks
   * @param guard is asked again and again whether the caller is still known
   */
  public EventStreamRoute(AgentServer server, Executor threads, RequestAuthorizer guard) {
    this.server = server;
    this.threads = threads;
    this.guard = guard;
    var bounds = server.bounds();
    this.open = new ConcurrencyLimiter(bounds.streams(), bounds.shares().streams());
  }

  public ApiRoute route() {
    return ApiRoute.streamed(
        "GET", "/v1/executions/{id}/events", Optional.of(ApiRole.VIEWER), this::stream);
  }

  private void stream(RoutingContext exchange) {
    String id = Objects.requireNonNullElse(exchange.pathParam("id"), "");
    String last = Objects.requireNonNullElse(exchange.request().getHeader(LAST_EVENT), "0");
    var record = RECORD.matcher(last);
    if (!record.matches()) {
      RequestDispatcher.send(
          exchange,
          ProblemCatalogue.invalid(
              "header " + LAST_EVENT,
              "it isn't an event id",
              "send the id of an event, or leave it out"));
      return;
    }
    var caller = RequestDispatcher.caller(exchange);
    boolean head = exchange.request().method().equals(HttpMethod.HEAD);
    if (!head && !open.take(caller.name())) {
      RequestDispatcher.send(exchange, busy());
      return;
    }
    if (!head) {
      exchange.addEndHandler(_ -> open.give(caller.name()));
    }
    String hash = Objects.requireNonNullElse(record.group(2), "");
    var wanted =
        new EventStream.Wanted(
            id,
            new LogHead(Long.parseLong(record.group(1)), hash),
            () -> guard.stillKnows(exchange.request(), caller));
    var context = exchange.vertx().getOrCreateContext();
    try {
      threads.execute(() -> look(exchange, context, wanted));
    } catch (RejectedExecutionException e) {
      RequestDispatcher.send(exchange, ProblemCatalogue.stopping());
    }
  }

  /** On a virtual thread. */
  private void look(RoutingContext exchange, Context context, EventStream.Wanted wanted) {
    var problem = problem(wanted.execution());
    context.runOnContext(_ -> {
      if (problem.isEmpty() && exchange.request().method().equals(HttpMethod.HEAD)) {
        var _ =
            exchange
                .response()
                .putHeader("Content-Type", EventStream.MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .end();
      } else if (problem.isEmpty()) {
        new EventStream(exchange, server, threads, wanted).begin();
      } else {
        RequestDispatcher.send(exchange, problem.get());
      }
    });
  }

  private ProblemDetail busy() {
    return ProblemCatalogue.busy(
        "%d event streams are open, and a caller may have %d of them"
            .formatted(open.taken(), server.bounds().shares().streams()));
  }

  /** Why an execution can't be followed. */
  private Optional<ProblemDetail> problem(String id) {
    try {
      return ExecutionIdFormat.fits(id) && server.executions().known(id)
          ? Optional.empty()
          : Optional.of(ProblemCatalogue.noExecution(id));
    } catch (RuntimeException e) {
      return Optional.of(RequestDispatcher.problem(e, "an event stream can't begin"));
    }
  }
}
