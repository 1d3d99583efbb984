package dev.deployclaw.container.http;

import dev.deployclaw.container.config.ApiRole;
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
import dev.deployclaw.container.http.console.ConsolePages;
import dev.deployclaw.container.http.console.ProviderSignInRoutes;
import dev.deployclaw.container.http.console.SessionRoutes;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.limit.ApiRateLimits;
import dev.deployclaw.container.http.oidc.AuthorizationCodeFlow;
import dev.deployclaw.container.http.oidc.ProviderKeys;
import dev.deployclaw.container.http.oidc.ProviderTokenVerifier;
import dev.deployclaw.container.http.route.ApprovalRoutes;
import dev.deployclaw.container.http.route.AuditRoutes;
import dev.deployclaw.container.http.route.DraftRoutes;
import dev.deployclaw.container.http.route.EventStreamRoute;
import dev.deployclaw.container.http.route.ExecutionRoutes;
import dev.deployclaw.container.http.route.FreezeRoutes;
import dev.deployclaw.container.http.route.ObservabilityRoutes;
import dev.deployclaw.container.http.route.PlanRoutes;
import dev.deployclaw.container.http.route.SkillRoutes;
import dev.deployclaw.container.http.route.TaskRoutes;
import dev.deployclaw.container.http.route.TenantRoutes;
import dev.deployclaw.container.http.session.ConsoleSessionStore;
import dev.deployclaw.container.http.session.SessionAuthenticator;
import dev.deployclaw.container.http.session.SessionCookie;
import dev.deployclaw.container.http.tls.ServerTls;
import dev.deployclaw.container.listener.ConnectionLimits;
import dev.deployclaw.container.mcp.AgentGateway;
import dev.deployclaw.container.mcp.McpCaller;
import dev.deployclaw.container.mcp.McpHttpRoute;
import dev.deployclaw.container.mcp.McpServers;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.vertx.PeriodicTask;
import dev.deployclaw.container.vertx.PeriodicTaskVerticle;
import dev.deployclaw.container.vertx.VerticleDeployer;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API: a verticle on one event loop of the agent's Vert.x; what blocks runs on virtual
 * threads. Close it after the agent has stopped and before its Vert.x is closed, so that event
 * streams bring their results.
 */
public final class HttpApiServer extends VerticleBase implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpApiServer.class);
  private static final Duration LONGEST_START = Duration.ofSeconds(30);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  /** At the files that say who may call; no longer than between looks at back ends. */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private final ServerConfig serve;
  private final AgentServer agent;
  private final Optional<ServerTls> tls;
  private final CredentialStore credentials;
  private final ExecutorService threads;
  private final RequestAuthorizer guard;
  private final List<ApiRoute> routes;
  private final List<ApiRoute> console = new ArrayList<>();
  private final PeriodicTaskVerticle fileWatch;
  private final Optional<PeriodicTaskVerticle> keyWatch;
  private @Nullable HttpServer server;
  private String deployment = "";

  private HttpApiServer(ServerConfig serve, AgentServer agent, Optional<AgentGateway> mcp)
      throws InvalidConfigException, SetupException {
    this.serve = serve;
    this.agent = agent;
    var clients = serve.tls().map(ServerConfig.Tls::clients).orElse(List.of());
    var keys = serve.oidc().map(oidc -> new ProviderKeys(oidc.issuer(), InstantSource.system()));
    var verifier =
        keys.map(
            k -> new ProviderTokenVerifier(serve.oidc().orElseThrow(), k, InstantSource.system()));
    this.credentials =
        new CredentialStore(tokens(serve), clients, verifier, InstantSource.system());
    this.tls =
        serve.tls().isPresent()
            ? Optional.of(ServerTls.read(serve, serve.tls().get(), agent.vertx()))
            : Optional.empty();
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
    var sessions = sessions(serve);
    this.guard =
        new RequestAuthorizer(credentials, tls, budgets(serve.bounds()), agent.signIns(), sessions);
    sessions.ifPresent(open -> {
      console.addAll(new SessionRoutes(credentials, open, guard).routes());
      var flow =
          serve
              .oidc()
              .filter(oidc -> oidc.console().isPresent())
              .map(oidc ->
                  new AuthorizationCodeFlow(
                      oidc, keys.orElseThrow(), verifier.orElseThrow(), System::nanoTime));
      console.addAll(
          new ProviderSignInRoutes(
                  flow,
                  credentials,
                  open,
                  new ProviderSignInRoutes.Surroundings(threads, guard, InstantSource.system()))
              .routes());
      console.addAll(new ConsolePages().routes());
    });
    this.routes = routes(serve, agent, threads, guard);
    routes.addAll(new SkillRoutes(mcp).routes());
    mcp.filter(_ -> serve.surfaces().mcp())
        .map(gateway ->
            new McpHttpRoute(
                McpServers.server(gateway, McpCaller.NO_CALLER), threads, guard, serve.bounds()))
        .ifPresent(other -> routes.add(other.route(Optional.of(ApiRole.VIEWER))));
    var tokenFile = serve.tokensFile().map(file -> new TokenFileReloader(file, credentials));
    this.fileWatch =
        new PeriodicTaskVerticle(
            new PeriodicTask("credential-files", period(serve), () -> look(tokenFile)));
    this.keyWatch =
        keys.map(k ->
            new PeriodicTaskVerticle(new PeriodicTask("provider-keys", period(serve), k::look)));
  }

  private static Duration period(ServerConfig serve) {
    return Collections.min(List.of(BETWEEN_LOOKS, serve.bounds().look()));
  }

  /**
   * One that listens when it is told.
   *
   * @param mcp runs commands, and is how other agents reach this one, where they are served
   */
  public static HttpApiServer create(
      ServerConfig serve, AgentServer agent, Optional<AgentGateway> mcp)
      throws InvalidConfigException, SetupException {
    return new HttpApiServer(serve, agent, mcp);
  }

  /** Returns when it listens; closed where it can't. */
  public void listen() throws SetupException, InterruptedException {
    boolean listens = false;
    try {
      deployment = VerticleDeployer.await(agent.vertx().deployVerticle(this), LONGEST_START);
      VerticleDeployer.deploy(agent.vertx(), fileWatch, LONGEST_START);
      if (keyWatch.isPresent()) {
        VerticleDeployer.deploy(agent.vertx(), keyWatch.get(), LONGEST_START);
      }
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

  @Override
  public Future<?> start() {
    var router = Router.router(vertx);
    var connections = agent.connections();
    var front = new RequestDispatcher(guard, connections, agent.metrics(), threads);
    front.mount(
        router,
        Stream.concat(routes.stream(), console.stream()).toList(),
        serve.bounds().bodyBytes());
    var listener =
        vertx
            .createHttpServer(HttpListenerOptions.options(serve, tls))
            .connectionHandler(connection -> markBroken(connection, connections))
            .invalidRequestHandler(front::unreadable)
            .requestHandler(router);
    server = listener;
    return listener.listen();
  }

  private static Optional<SessionAuthenticator> sessions(ServerConfig serve) {
    return serve.console()
        ? Optional.of(
            new SessionAuthenticator(
                new ConsoleSessionStore(System::nanoTime),
                new SessionCookie(serve.tls().isEmpty() && !serve.plaintext())))
        : Optional.empty();
  }

  private static ApiRateLimits budgets(ServerConfig.Bounds bounds) {
    return new ApiRateLimits(
        bounds.requestsPerMinute(), bounds.shares().strangerRequestsPerMinute(), System::nanoTime);
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
    return (serve.tls().isPresent() ? "https" : "http")
        + "://"
        + host
        + ":"
        + listening().actualPort();
  }

  /** Those of the API. */
  List<ApiRoute> routes() {
    return routes;
  }

  /** Ends all connections. */
  @Override
  public void close() {
    fileWatch.interrupt();
    keyWatch.ifPresent(PeriodicTaskVerticle::interrupt);
    threads.shutdownNow();
    if (deployment.isEmpty()) {
      return;
    }
    try {
      VerticleDeployer.await(agent.vertx().undeploy(deployment), LONGEST_STOP);
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().setCause(e).log("HTTP didn't shut down cleanly");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    deployment = "";
  }

  private void look(Optional<TokenFileReloader> tokens) throws InterruptedException {
    tokens.ifPresent(TokenFileReloader::look);
    if (tls.isPresent()) {
      tls.get().look(listening());
    }
  }

  private HttpServer listening() {
    return Objects.requireNonNull(server, "it doesn't listen yet");
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
      ServerConfig serve, AgentServer agent, ExecutorService threads, RequestAuthorizer guard) {
    var routes = new ArrayList<ApiRoute>();
    routes.addAll(new TaskRoutes(agent).routes());
    routes.addAll(new PlanRoutes(agent).routes());
    routes.addAll(new ApprovalRoutes(agent, guard).routes());
    routes.addAll(new ExecutionRoutes(agent.executions()).routes());
    routes.add(new EventStreamRoute(agent, threads, guard).route());
    routes.addAll(new TenantRoutes(agent.tenants()).routes());
    routes.addAll(new AuditRoutes(agent, threads).routes());
    routes.addAll(new DraftRoutes(agent).routes());
    routes.addAll(new FreezeRoutes(agent).routes());
    routes.addAll(new ObservabilityRoutes(agent, threads, serve.openMetrics()).routes());
    return routes;
  }
}
