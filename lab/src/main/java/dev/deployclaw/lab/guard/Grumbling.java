package dev.deployclaw.lab.guard;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * A back end that answers everything with an error, in words of somebody's choice: as a Docker
 * daemon does, on a free port of this machine.
 */
final class Grumbling implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SERVER_ERROR = 500;

  private final HttpServer server;
  private volatile String message = "out of order";

  Grumbling() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::serve);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  String host() {
    return "tcp://127.0.0.1:" + server.getAddress().getPort();
  }

  void says(String words) {
    message = words;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] answer = JSON.writeValueAsBytes(Map.of("message", message));
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(SERVER_ERROR, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }
}
