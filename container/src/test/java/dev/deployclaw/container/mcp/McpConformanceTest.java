package dev.deployclaw.container.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.http.access.CredentialStore;
import dev.deployclaw.container.http.access.RequestAuthorizer;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.limit.ApiRateLimits;
import dev.deployclaw.container.listener.ConnectionLimits;
import dev.deployclaw.container.metrics.ServerMetrics;
import dev.deployclaw.container.signin.SignInLog;
import dev.deployclaw.container.signin.SignInRecorder;
import dev.deployclaw.testkit.Slow;
import io.modelcontextprotocol.modern.McpSchema.Implementation;
import io.modelcontextprotocol.modern.server.McpServer;
import io.modelcontextprotocol.modern.server.feature.McpChangeFeed;
import io.modelcontextprotocol.modern.server.feature.PromptsFeature;
import io.modelcontextprotocol.modern.server.feature.ResourcesFeature;
import io.modelcontextprotocol.modern.server.feature.ToolsFeature;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official suite: all scenarios that the revision requires, against fixtures behind the
 * product's transport, and those without fixtures against the product.
 */
@Slow(
    guard = "dev.deployclaw.container.mcp.McpHttpTest",
    because = "it runs the official suite, of some forty scenarios")
class McpConformanceTest {
  private static final List<String> FREE_OF_FIXTURES =
      List.of(
          "tools-list",
          "resources-list",
          "sep-2164-resource-not-found",
          "dns-rebinding-protection",
          "http-header-validation",
          "input-required-result-unsupported-methods");

  @TempDir Path folder;

  @Test
  void theTransportConforms() throws Exception {
    var vertx = Vertx.vertx();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var server = fixtures(vertx, threads);

      var verdict =
          ConformanceSuite.run(
              "http://127.0.0.1:" + server.actualPort() + McpHttpRoute.PATH,
              "--requirements",
              ConformanceSuite.REVISION);

      verdict.failed().keySet().removeIf(name -> name.startsWith("tasks-")); // an extension
      assertThat(verdict.failed()).as(verdict.said()).isEmpty();
      assertThat(verdict.passed()).as(verdict.said()).hasSize(50);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void theProductConforms() throws Exception {
    var vertx = Vertx.vertx();
    try (var served = Served.forAgents(folder, ServerConfig.Bounds.DEFAULT)) {
      var server = withToken(vertx, served);
      for (var scenario : FREE_OF_FIXTURES) {
        var verdict =
            ConformanceSuite.run(
                "http://127.0.0.1:" + server.actualPort() + McpHttpRoute.PATH,
                "--scenario",
                scenario,
                "--spec-version",
                ConformanceSuite.REVISION);

        assertThat(verdict.failed()).as(verdict.said()).isEmpty();
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  /** The suite shows no credential, so this does, and passes all else on. */
  private static HttpServer withToken(Vertx vertx, Served served) {
    var client = vertx.createHttpClient();
    var to = URI.create(served.address());
    return vertx
        .createHttpServer()
        .requestHandler(request ->
            request
                .body()
                .compose(body ->
                    client
                        .request(request.method(), to.getPort(), to.getHost(), request.uri())
                        .compose(on -> {
                          on.headers().setAll(request.headers());
                          on.putHeader("Authorization", "Bearer " + Served.VIC);
                          return on.send(body);
                        }))
                .compose(reply -> {
                  request.response().setStatusCode(reply.statusCode());
                  request.response().headers().setAll(reply.headers());
                  return reply.body();
                })
                .compose(request.response()::end))
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private static HttpServer fixtures(Vertx vertx, ExecutorService threads) {
    var changes = new McpChangeFeed();
    var mcp =
        McpServer.builder()
            .serverInfo(Implementation.builder("fixtures", "1").build())
            .feature(ToolsFeature.ofSync(new ConformanceFixtures(changes)))
            .feature(ResourcesFeature.ofSync(new ConformanceContent.Resources()))
            .feature(PromptsFeature.ofSync(new ConformanceContent.Prompts()))
            .subscriptions(changes)
            .build();
    var guard =
        new RequestAuthorizer(
            new CredentialStore(List.of(), List.of(), Optional.empty(), InstantSource.system()),
            Optional.empty(),
            new ApiRateLimits(1, 1_000_000, System::nanoTime),
            new SignInLog(new ServerMetrics(), SignInRecorder.none(), System::nanoTime),
            Optional.empty());
    var bounds = ServerConfig.Bounds.DEFAULT;
    var route = new McpHttpRoute(mcp, threads, guard, bounds).route(Optional.empty());
    var router = Router.router(vertx);
    new RequestDispatcher(guard, new ConnectionLimits(512, 512), new ServerMetrics(), threads)
        .mount(router, List.of(route), bounds.bodyBytes());
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }
}
