package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Role;
import dev.deployclaw.container.http.limit.CallSlots;
import dev.deployclaw.container.serve.Sidecar;
import dev.deployclaw.core.log.Recorder.Head;
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
final class EventRoute {
  private static final String LAST_EVENT = "Last-Event-ID";

  /** As {@link EventStream} gives ids; the number alone is one, too. */
  private static final Pattern RECORD =
      Pattern.compile("(\\d{1,9})(?:-([0-9a-f]{%d}))?".formatted(EventStream.SHORT_HASH));

  private final Sidecar sidecar;
  private final Executor threads;
  private final Guard guard;
  private final CallSlots open;

  /**
   * @param threads where reading blocks
   * @param guard is asked again and again whether the caller is still known
   */
  EventRoute(Sidecar sidecar, Executor threads, Guard guard) {
    this.sidecar = sidecar;
    this.threads = threads;
    this.guard = guard;
    var bounds = sidecar.bounds();
    this.open = new CallSlots(bounds.streams(), bounds.shares().streams());
  }

  Route route() {
    return new Route(
        "GET",
        "/v1/executions/{id}/events",
        Optional.of(Role.VIEWER),
        Route.Lane.CALL,
        new Route.Way.Streamed(this::stream));
  }

  private void stream(RoutingContext exchange) {
    String id = Objects.requireNonNullElse(exchange.pathParam("id"), "");
    String last = Objects.requireNonNullElse(exchange.request().getHeader(LAST_EVENT), "0");
    var record = RECORD.matcher(last);
    if (!record.matches()) {
      Front.send(
          exchange,
          Reply.of(
              Problems.invalid(
                  "header " + LAST_EVENT,
                  "it is no event's id",
                  "send one back, or leave it out")));
      return;
    }
    var caller = Front.caller(exchange);
    boolean head = exchange.request().method().equals(HttpMethod.HEAD);
    if (!head && !open.take(caller.name())) {
      Front.send(exchange, Reply.of(busy()));
      return;
    }
    if (!head) {
      exchange.addEndHandler(_ -> open.give(caller.name()));
    }
    String hash = Objects.requireNonNullElse(record.group(2), "");
    var wanted =
        new EventStream.Wanted(
            id,
            new Head(Long.parseLong(record.group(1)), hash),
            () -> guard.stillKnows(exchange.request(), caller));
    var context = exchange.vertx().getOrCreateContext();
    try {
      threads.execute(() -> look(exchange, context, wanted));
    } catch (RejectedExecutionException e) {
      Front.send(exchange, Reply.of(Problems.stopping()));
    }
  }

  /** On a virtual thread. */
  private void look(RoutingContext exchange, Context context, EventStream.Wanted wanted) {
    var problem = problem(wanted.execution());
    context.runOnContext(_ -> {
      if (problem.isEmpty() && exchange.request().method().equals(HttpMethod.HEAD)) {
        var _ = exchange.response().putHeader("Content-Type", EventStream.MEDIA_TYPE).end();
      } else if (problem.isEmpty()) {
        new EventStream(exchange, sidecar, threads, wanted).begin();
      } else {
        Front.send(exchange, Reply.of(problem.get()));
      }
    });
  }

  private Problem busy() {
    return Problems.busy(
        "%d event streams are open, of which a caller may have %d"
            .formatted(open.taken(), sidecar.bounds().shares().streams()));
  }

  /** Why an execution can't be followed. */
  private Optional<Problem> problem(String id) {
    try {
      return Ids.fits(id) && sidecar.executions().known(id)
          ? Optional.empty()
          : Optional.of(Problems.notFound("there is no execution " + Ids.shown(id)));
    } catch (RuntimeException e) {
      return Optional.of(Front.problem(e, "an event stream can't begin"));
    }
  }
}
