package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Role;
import dev.deployclaw.container.serve.Sidecar;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** Opens event streams, no more than so many at once. Runs on the event loop. */
final class EventRoute {
  private static final String LAST_EVENT = "Last-Event-ID";

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
    var last = Optional.ofNullable(exchange.request().getHeader(LAST_EVENT));
    if (last.filter(text -> !text.matches("\\d{1,9}")).isPresent()) {
      send.accept(
          exchange,
          Reply.of(
              Problems.invalid(
                  "header " + LAST_EVENT, "it is not a record's number", "leave it out")));
      return;
    }
    if (open.get() >= sidecar.bounds().streams()) {
      send.accept(exchange, Reply.of(Problems.busy(open.get() + " event streams are open")));
      return;
    }
    open.incrementAndGet();
    exchange.addEndHandler(_ -> open.decrementAndGet());
    var context = exchange.vertx().getOrCreateContext();
    threads.execute(() -> {
      boolean known = Ids.fits(id) && sidecar.executions().known(id);
      context.runOnContext(_ -> {
        if (known) {
          begin(exchange, id, last);
        } else {
          var problem = Problems.notFound("there is no execution " + Ids.shown(id));
          send.accept(exchange, Reply.of(problem));
        }
      });
    });
  }

  private void begin(RoutingContext exchange, String id, Optional<String> last) {
    new EventStream(exchange, sidecar, threads, id).begin(last.map(Long::valueOf));
  }
}
