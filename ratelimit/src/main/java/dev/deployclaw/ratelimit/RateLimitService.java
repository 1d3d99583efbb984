package dev.deployclaw.ratelimit;

import dev.deployclaw.ratelimit.decision.DeciderBounds;
import dev.deployclaw.ratelimit.envoy.QuotaBudget;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.listener.ConnectionCap;
import dev.deployclaw.ratelimit.listener.HttpServerGroup;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import dev.deployclaw.ratelimit.token.JwksCache;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The service: decisions on one or more event loops, to which connections are dealt out, and the
 * agent's listener, where it has one of its own, apart from them, so that what is done to that one
 * delays no decision. What the agent is told holds for every loop: each is asked.
 */
public final class RateLimitService extends VerticleBase {
  /** Agents and probes need few. */
  private static final int MOST_STATUS_CONNECTIONS = 64;

  private final ServiceSettings settings;
  private final PolicyFeed feed;
  private List<DecisionLoop> loops = List.of();
  private @Nullable HttpServer status;
  private @Nullable Vertx beside;
  private volatile boolean open;

  /** The feed is the caller's to close. */
  public RateLimitService(ServiceSettings settings, PolicyFeed feed) {
    this.settings = settings;
    this.feed = feed;
  }

  @Override
  public Future<?> start() {
    var tokenKeys = JwksCache.start(vertx, settings.fronts().tokens());
    var access = settings.fronts().access().status();
    var routes =
        new StatusRoutes(access, this::turns, this::starting, this::statusText, this::usageText);
    return vertx
        .executeBlocking(() -> ListenAddresses.of(settings))
        .map(Objects::requireNonNull)
        .compose(addresses ->
            decide(addresses, tokenKeys, routes)
                .compose(_ -> ownStatus(routes))
                .compose(_ -> vertx.executeBlocking(addresses::published))
                .onSuccess(_ -> open = true)
                .recover(e -> undone(addresses, e)));
  }

  /** A start that failed leaves no draft of a socket, and no listener. */
  private <T> Future<T> undone(ListenAddresses addresses, Throwable why) {
    return stop()
        .eventually(() -> vertx.executeBlocking(addresses::withdrawn))
        .transform(_ -> Future.failedFuture(why));
  }

  /** Each loop is started before the first one listens: what the agent is told is of all. */
  private Future<?> decide(ListenAddresses addresses, JwksCache tokenKeys, StatusRoutes routes) {
    int number = settings.eventLoops();
    var bounds =
        DeciderBounds.of(settings.withoutPolicy(), settings.fronts().headerValues(), number);
    var shared =
        new DecisionLoop.SharedResources(
            settings, feed, addresses, bounds, tokenKeys, new QuotaBudget());
    var made = IntStream.range(0, number).mapToObj(_ -> new DecisionLoop(shared, routes)).toList();
    loops = made;
    return Future.join(made.stream().map(loop -> vertx.deployVerticle(loop)).toList())
        .compose(_ -> ofEach(loop -> loop.listen().map(addresses)));
  }

  /** The agent's listener has threads of its own. */
  private Future<?> ownStatus(StatusRoutes routes) {
    var listener = routes.access().listener();
    if (listener.isEmpty()) {
      return Future.succeededFuture();
    }
    var aside =
        Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1))
            .withTransport(ConnectionCap.transport(MOST_STATUS_CONNECTIONS))
            .build();
    beside = aside;
    return new HttpServerGroup(aside)
        .http(listener.get(), routes::serveAlone)
        .onSuccess(opened -> status = opened);
  }

  private boolean turns() {
    return loops.stream().allMatch(DecisionLoop::turns);
  }

  private Optional<String> starting() {
    if (!feed.ready()) {
      String why = feed.trouble().isEmpty() ? "" : ": " + feed.trouble();
      return Optional.of("the committed policy set hasn't been read from etcd yet" + why);
    }
    return open ? Optional.empty() : Optional.of("its sockets aren't open yet");
  }

  private Future<String> statusText() {
    String etcd = feed.trouble();
    return ofEach(DecisionLoop::view)
        .map(views -> {
          var told = StatusReport.of(views).waiting(settings.redis().timeout());
          return (etcd.isEmpty() ? told : told.reading(etcd)).toJson();
        });
  }

  private Future<String> usageText() {
    return ofEach(DecisionLoop::usage).map(usages -> UsageReport.of(usages).toJson());
  }

  /**
   * The answers of all event loops, once each has answered or failed; one that does neither leaves
   * the whole without an answer.
   */
  private <T> Future<List<T>> ofEach(Function<DecisionLoop, Future<T>> question) {
    return Future.join(loops.stream().map(loop -> loop.ask(question)).toList())
        .map(CompositeFuture::list);
  }

  @Override
  public Future<?> stop() {
    return beside == null ? Future.succeededFuture() : beside.close();
  }

  /** Where it answers over TCP, once started: the agent's own port where there is no other. */
  public int port() {
    return Optional.ofNullable(first().main())
        .map(server -> server.actualPort())
        .orElseGet(this::statusPort);
  }

  /** Where the agent asks, once started. */
  public int statusPort() {
    return status == null
        ? Objects.requireNonNull(first().main(), "not started").actualPort()
        : status.actualPort();
  }

  /** Where Envoy's protocol is answered, once started. */
  public int grpcPort() {
    return Objects.requireNonNull(first().grpc(), "not served").actualPort();
  }

  private DecisionLoop first() {
    return loops.getFirst();
  }
}
