package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Role;
import dev.deployclaw.container.serve.Sidecar;
import dev.deployclaw.core.log.Recorder.Head;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** Opens event streams, no more than so many at once. Runs on the event loop. */
final class EventRoute {
  private static final String LAST_EVENT = "Last-Event-ID";

  /** As {@link EventStream} gives ids; the number alone is one, too. */
  private static final Pattern RECORD =
      Pattern.compile("(\\d{1,9})(?:-([0-9a-f]{%d}))?".formatted(EventStream.SHORT_HASH));

  private final Sidecar sidecar;
  private final Executor threads;
  private final BiConsumer<RoutingContext, Reply> send;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * @param threads where reading blocks
   * @param send ends an exchange with a reply
   */
  EventRoute(Sidecar sidecar, Executor threads, BiConsumer<RoutingContext, Reply> send) {
    this.sidecar = sidecar;
    this.threads = threads;
    this.send = send;
  }

  Route route() {
    return new Route(
        "GET",
        "/v1/executions/{id}/events",
        Optional.of(Role.VIEWER),
        new Route.Way.Streamed(this::stream));
  }

  private void stream(RoutingContext exchange) {
    String id = Objects.requireNonNullElse(exchange.pathParam("id"), "");
    String last = Objects.requireNonNullElse(exchange.request().getHeader(LAST_EVENT), "0");
    var record = RECORD.matcher(last);
    if (!record.matches()) {
      send.accept(
          exchange,
          Reply.of(
              Problems.invalid(
                  "header " + LAST_EVENT,
                  "it is no event's id",
                  "send one back, or leave it out")));
      return;
    }
    if (open.get() >= sidecar.bounds().streams()) {
      send.accept(exchange, Reply.of(Problems.busy(open.get() + " event streams are open")));
      return;
    }
    open.incrementAndGet();
    exchange.addEndHandler(_ -> open.decrementAndGet());
    String hash = Objects.requireNonNullElse(record.group(2), "");
    var wanted = new EventStream.Wanted(id, new Head(Long.parseLong(record.group(1)), hash));
    var context = exchange.vertx().getOrCreateContext();
    try {
      threads.execute(() -> look(exchange, context, wanted));
    } catch (RejectedExecutionException e) {
      send.accept(exchange, Reply.of(Problems.stopping()));
    }
  }

  /** On a virtual thread. */
  private void look(RoutingContext exchange, Context context, EventStream.Wanted wanted) {
    var problem = problem(wanted.execution());
    context.runOnContext(_ -> {
      if (problem.isEmpty()) {
        new EventStream(exchange, sidecar, threads, wanted).begin();
      } else {
        send.accept(exchange, Reply.of(problem.get()));
      }
    });
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
