package dev.deployclaw.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Refuses all that it is sent, quotes it in its answer, and keeps it. */
final class EchoingServer implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, List<String>> bodies = new ConcurrentHashMap<>();

  private EchoingServer(HttpServer server) {
    this.server = server;
  }

  static EchoingServer start() throws IOException {
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var echo = new EchoingServer(HttpServer.create(loopback, 0));
    echo.server.createContext("/", echo::answer);
    echo.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    echo.server.start();
    return echo;
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /** The bodies that came to paths which begin so; those that were packed are unpacked. */
  List<String> heard(String path) {
    var out = new ArrayList<String>();
    bodies.forEach((to, all) -> out.addAll(to.startsWith(path) ? all : List.of()));
    return out;
  }

  void forget() {
    bodies.clear();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var said = new StringBuilder("you sent " + exchange.getRequestURI());
    exchange.getRequestHeaders().forEach((k, v) -> said.append(' ').append(k).append(v));
    byte[] sent = exchange.getRequestBody().readAllBytes();
    bodies
        .computeIfAbsent(exchange.getRequestURI().getPath(), _ -> new CopyOnWriteArrayList<>())
        .add(PlantedSecrets.readable(sent));
    said.append(new String(sent, StandardCharsets.UTF_8));
    byte[] answer = said.toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(401, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }
}
