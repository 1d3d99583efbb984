package dev.deployclaw.testkit.kubernetes;

import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Tls;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Where an API server is asked: HTTP/1.1 in the clear, or HTTP/1.1 and HTTP/2 through TLS. Each
 * request is answered on a thread of its own.
 */
record ApiListener(HttpServer server, ExecutorService threads, String scheme)
    implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int LONGEST_SECONDS = 30;
  private static final Vertx VERTX =
      Vertx.vertx(new VertxOptions().setUseDaemonThread(true).setEventLoopPoolSize(2));

  /** A request as it comes. */
  record Received(
      String method, URI uri, String type, String program, String authorization, String body) {
    private static Received of(HttpServerRequest request, String body) {
      return new Received(
          request.method().name(),
          URI.create(request.uri()),
          header(request, "Content-Type"),
          header(request, "User-Agent"),
          header(request, "Authorization"),
          body);
    }

    private static String header(HttpServerRequest request, String name) {
      return Objects.requireNonNullElse(request.getHeader(name), "");
    }
  }

  static ApiListener start(int port, Optional<Tls> tls, Function<Received, Answer> answers) {
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var options = new HttpServerOptions().setHost(HOST).setPort(port);
    tls.ifPresent(t ->
        options
            .setSsl(true)
            .setUseAlpn(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .setCertPath(t.certificate().toString())
                    .setKeyPath(t.key().toString())));
    var server =
        VERTX
            .createHttpServer(options)
            .requestHandler(request -> {
              Context loop = VERTX.getOrCreateContext();
              request
                  .body()
                  .onSuccess(body -> threads.execute(() -> answer(loop, request, body, answers)));
            });
    await(server.listen().toCompletionStage().toCompletableFuture());
    return new ApiListener(server, threads, tls.isPresent() ? "https" : "http");
  }

  private static void answer(
      Context loop, HttpServerRequest request, Buffer body, Function<Received, Answer> answers) {
    var answer = answered(Received.of(request, body.toString()), answers);
    loop.runOnContext(_ -> {
      HttpServerResponse response = request.response().setStatusCode(answer.status());
      response.putHeader("Content-Type", "application/json");
      answer.headers().forEach(response::putHeader);
      response.end(answer.body());
    });
  }

  private static Answer answered(Received received, Function<Received, Answer> answers) {
    try {
      return answers.apply(received);
    } catch (RuntimeException e) {
      return Answer.refusal(500, "InternalError", "Internal error occurred: " + e);
    }
  }

  URI url() {
    return URI.create(scheme + "://" + HOST + ":" + server.actualPort());
  }

  private static void await(Future<?> future) {
    try {
      future.get(LONGEST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the API server can't listen", e);
    }
  }

  @Override
  public void close() {
    await(server.close().toCompletionStage().toCompletableFuture());
    threads.shutdownNow();
  }
}
