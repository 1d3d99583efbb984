package dev.deployclaw.container.http;

import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.config.Serve;
import dev.deployclaw.container.config.TokensFile;
import dev.deployclaw.container.config.TokensFile.Token;
import dev.deployclaw.container.serve.Sidecar;
import dev.deployclaw.container.wiring.Unusable;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
public final class HttpApi implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
  private static final Duration LONGEST_START = Duration.ofSeconds(30);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private static final long TOKENS_MILLIS = 2000;

  private final Vertx vertx;
  private final HttpServer server;
  private final ExecutorService threads;
  private final List<Route> routes;
  private final Serve serve;

  private HttpApi(
      Serve serve, Vertx vertx, HttpServer server, ExecutorService threads, List<Route> routes) {
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
  public static HttpApi start(Serve serve, Sidecar sidecar)
      throws InvalidConfig, Unusable, InterruptedException {
    var clients = serve.tls().map(Serve.Tls::clients).orElse(List.of());
    var credentials = new Credentials(tokens(serve), clients);
    var guard =
        new Guard(
            credentials,
            new Allowance(serve.bounds().requestsPerMinute(), System::nanoTime),
            sidecar.meters());
    var vertx = Vertx.vertx(small());
    var threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
    var routes = routes(serve, sidecar, threads);
    var router = Router.router(vertx);
    new Front(guard, sidecar.meters(), threads, serve.bounds().bodyBytes()).mount(router, routes);
    var server = vertx.createHttpServer(Listening.options(serve)).requestHandler(router);
    var api = new HttpApi(serve, vertx, server, threads, routes);
    api.listen();
    serve.tokensFile().ifPresent(file -> api.watch(new TokenWatch(file, credentials)));
    return api;
  }

  /** Where it listens, for people. */
  public String address() {
    String host = serve.host().contains(":") ? "[" + serve.host() + "]" : serve.host();
    return (serve.tls().isPresent() ? "https" : "http") + "://" + host + ":" + server.actualPort();
  }

  List<Route> routes() {
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
      LOG.atWarn().setCause(e).log("HTTP didn't stop in order");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** On the one worker thread, so that looks come one after another. */
  private void watch(TokenWatch tokens) {
    vertx.setPeriodic(
        TOKENS_MILLIS,
        _ ->
            vertx.executeBlocking(() -> {
              tokens.look();
              return true;
            }));
  }

  private void listen() throws Unusable, InterruptedException {
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

  private Unusable cannot(String why) {
    return new Unusable(
        "can't listen on %s:%d: %s; choose another serve.listen, and check serve.tls"
            .formatted(serve.host(), serve.port(), why));
  }

  private static List<Token> tokens(Serve serve) throws InvalidConfig {
    return serve.tokensFile().isPresent() ? TokensFile.read(serve.tokensFile().get()) : List.of();
  }

  private static List<Route> routes(Serve serve, Sidecar sidecar, ExecutorService threads) {
    var routes = new ArrayList<Route>();
    routes.addAll(new TaskRoutes(sidecar).routes());
    routes.addAll(new ExecutionRoutes(sidecar.executions()).routes());
    routes.add(new EventRoute(sidecar, threads, Front::send).route());
    routes.addAll(new LookRoutes(sidecar, serve.openMetrics()).routes());
    return routes;
  }
}
