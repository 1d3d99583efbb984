package dev.deployclaw.container.notification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntUnaryOperator;

/** A receiver of notices: a real HTTP server, which notes what it got and answers as it is told. */
final class NotificationReceiver implements AutoCloseable {
  /** An answer that is begun and never ended. */
  static final int HANGS = -1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Vertx vertx = Vertx.vertx();
  private final List<Got> got = new CopyOnWriteArrayList<>();
  private final IntUnaryOperator answers;
  private final HttpServer server;

  /** A request. */
  record Got(String path, Map<String, String> headers, String body) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private NotificationReceiver(int port, IntUnaryOperator answers) {
    this.answers = answers;
    this.server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.bodyHandler(body -> take(request, body)))
            .listen(port, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  /**
   * @param answers the status for the first request, the second, …, from 0
   */
  static NotificationReceiver start(IntUnaryOperator answers) {
    return new NotificationReceiver(0, answers);
  }

  static NotificationReceiver startAt(int port) {
    return new NotificationReceiver(port, _ -> 200);
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  List<Got> got() {
    return List.copyOf(got);
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void take(HttpServerRequest request, Buffer body) {
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    request.headers().forEach(h -> headers.put(h.getKey(), h.getValue()));
    int status = answers.applyAsInt(got.size());
    got.add(new Got(Objects.requireNonNullElse(request.path(), ""), headers, body.toString()));
    if (status == HANGS) {
      var _ = request.response().setChunked(true).setStatusCode(200).write("…");
    } else {
      var _ = request.response().setStatusCode(status).end();
    }
  }
}
