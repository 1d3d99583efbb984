package dev.deployclaw.container.http;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.reader.BearerTokenFile;
import dev.deployclaw.container.config.reader.BearerTokenFile.Token;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.http.access.CredentialStore;
import dev.deployclaw.container.http.access.MalformedMessageHandler;
import dev.deployclaw.container.http.access.RequestAuthorizer;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.access.TokenFileReloader;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.limit.ApiRateLimits;
import dev.deployclaw.container.http.limit.ConnectionLimitingTransport;
import dev.deployclaw.container.http.limit.ConnectionLimits;
import dev.deployclaw.container.http.route.EventStreamRoute;
import dev.deployclaw.container.http.route.ExecutionRoutes;
import dev.deployclaw.container.http.route.FreezeRoutes;
import dev.deployclaw.container.http.route.ObservabilityRoutes;
import dev.deployclaw.container.http.route.TaskRoutes;
import dev.deployclaw.container.http.tls.ServerTls;
import dev.deployclaw.container.serve.Sidecar;
import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API as it is served: HTTP on one event loop, replies on virtual threads. The sidecar is the
 * caller's to close, before this, so that streams bring their results.
 */
public final class HttpApiServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpApiServer.class);
  private static final Duration LONGEST_START = Duration.ofSeconds(30);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  /** At the files that say who may call. */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final HttpServer server;
  private final ExecutorService threads;
  private final List<ApiRoute> routes;
  private final ServerConfig serve;

  private HttpApiServer(
      ServerConfig serve,
      Vertx vertx,
      HttpServer server,
      ExecutorService threads,
      List<ApiRoute> routes) {
    this.serve = serve;
    this.vertx = vertx;
    this.server = server;
    this.threads = threads;
    this.routes = List.copyOf(routes);
  }

  /**
   * Loads Vert.x' and Netty's classes on the caller's thread. Called before anything begins that
   * loads them as well, for etcd's client: classes whose initialisers need each other must not be
   * first met by two threads at once.
   */
  public static void load() {
    var _ = Vertx.vertx(small()).close();
  }

  private static VertxOptions small() {
    return new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1);
  }

  /** Returns when it listens. */
  public static HttpApiServer start(ServerConfig serve, Sidecar sidecar)
      throws InvalidConfigException, SetupException, InterruptedException {
    var clients = serve.tls().map(ServerConfig.Tls::clients).orElse(List.of());
    var credentials = new CredentialStore(tokens(serve), clients);
    var bounds = serve.bounds();
    var limits =
        new ConnectionLimits(
            bounds.shares().connections(), bounds.shares().connectionsPerAddress());
    var vertx =
        Vertx.builder()
            .with(small())
            .withTransport(new ConnectionLimitingTransport(limits))
            .build();
    var threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
    var tls = tls(serve, vertx);
    var guard = new RequestAuthorizer(credentials, tls, budgets(bounds), sidecar.meters());
    var routes = routes(serve, sidecar, threads, guard);
    var router = Router.router(vertx);
    var front = new RequestDispatcher(guard, limits, sidecar.meters(), threads);
    front.mount(router, routes, bounds.bodyBytes());
    sidecar.meters().gauge("http.connections", "Connections that are open.", limits::size);
    var server =
        vertx
            .createHttpServer(HttpListenerOptions.options(serve, tls))
            .connectionHandler(connection -> markBroken(connection, limits))
            .invalidRequestHandler(front::unreadable)
            .requestHandler(router);
    var api = new HttpApiServer(serve, vertx, server, threads, routes);
    api.listen();
    api.watch(serve.tokensFile().map(file -> new TokenFileReloader(file, credentials)), tls);
    return api;
  }

  private static ApiRateLimits budgets(ServerConfig.Bounds bounds) {
    return new ApiRateLimits(
        bounds.requestsPerMinute(), bounds.shares().strangerRequestsPerMinute(), System::nanoTime);
  }

  private static Optional<ServerTls> tls(ServerConfig serve, Vertx vertx) throws SetupException {
    try {
      return serve.tls().isPresent()
          ? Optional.of(ServerTls.read(serve, serve.tls().get(), vertx))
          : Optional.empty();
    } catch (SetupException e) {
      var _ = vertx.close();
      throw e;
    }
  }

  /** Before the connection's first call is read. */
  private static void markBroken(HttpConnection connection, ConnectionLimits limits) {
    limits
        .channel(connection.remoteAddress())
        .map(Channel::pipeline)
        .ifPresent(line ->
            line.addBefore(line.lastContext().name(), "broken", new MalformedMessageHandler()));
  }

  /** Where it listens, for people. */
  public String address() {
    String host = serve.host().contains(":") ? "[" + serve.host() + "]" : serve.host();
    return (serve.tls().isPresent() ? "https" : "http") + "://" + host + ":" + server.actualPort();
  }

  List<ApiRoute> routes() {
    return routes;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().setCause(e).log("HTTP didn't shut down cleanly");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look after another. */
  private void watch(Optional<TokenFileReloader> tokens, Optional<ServerTls> tls) {
    threads.execute(() -> {
      try {
        while (!Thread.interrupted()) {
          Thread.sleep(BETWEEN_LOOKS);
          look(tokens, tls);
        }
      } catch (InterruptedException e) {
        LOG.debug("Files are no longer watched");
      }
    });
  }

  private void look(Optional<TokenFileReloader> tokens, Optional<ServerTls> tls)
      throws InterruptedException {
    try {
      tokens.ifPresent(TokenFileReloader::look);
      if (tls.isPresent()) {
        tls.get().look(server);
      }
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("Checking the files failed");
    }
  }

  private void listen() throws SetupException, InterruptedException {
    boolean listens = false;
    try {
      server
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LONGEST_START.toMillis(), TimeUnit.MILLISECONDS);
      listens = true;
      LOG.atInfo().addKeyValue("address", address()).log("Listening");
    } catch (ExecutionException e) {
      throw cannot(String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      throw cannot("no answer within " + LONGEST_START.toSeconds() + " s");
    } finally {
      if (!listens) {
        close();
      }
    }
  }

  private SetupException cannot(String why) {
    return new SetupException(
        "can't listen on %s:%d: %s; choose another serve.listen, and check serve.tls"
            .formatted(serve.host(), serve.port(), why));
  }

  private static List<Token> tokens(ServerConfig serve) throws InvalidConfigException {
    return serve.tokensFile().isPresent()
        ? BearerTokenFile.read(serve.tokensFile().get())
        : List.of();
  }

  private static List<ApiRoute> routes(
      ServerConfig serve, Sidecar sidecar, ExecutorService threads, RequestAuthorizer guard) {
    var routes = new ArrayList<ApiRoute>();
    routes.addAll(new TaskRoutes(sidecar).routes());
    routes.addAll(new ExecutionRoutes(sidecar.executions()).routes());
    routes.add(new EventStreamRoute(sidecar, threads, guard).route());
    routes.addAll(new FreezeRoutes(sidecar).routes());
    routes.addAll(new ObservabilityRoutes(sidecar, threads, serve.openMetrics()).routes());
    return routes;
  }
}
