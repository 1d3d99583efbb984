package dev.deployclaw.policy.gateway.nginx;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An HTTP server in a test: it remembers the headers that it was sent, and answers as told. */
final class StubHttpServer implements AutoCloseable {
  private final HttpServer server;
  private final List<Headers> asked = new CopyOnWriteArrayList<>();

  /** What it answers. */
  record Answer(int status, Map<String, String> headers) {}

  private StubHttpServer(HttpServer server) {
    this.server = server;
  }

  static StubHttpServer start(Function<Headers, Answer> answers) {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      var stub = new StubHttpServer(server);
      server.createContext("/", exchange -> stub.answer(exchange, answers));
      server.start();
      return stub;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  List<Headers> asked() {
    return asked;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange, Function<Headers, Answer> answers) throws IOException {
    asked.add(exchange.getRequestHeaders());
    var answer = answers.apply(exchange.getRequestHeaders());
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), -1);
    exchange.close();
  }
}
