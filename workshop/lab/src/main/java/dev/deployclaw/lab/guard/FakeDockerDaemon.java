package dev.deployclaw.lab.guard;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A Docker daemon as far as its lists go, on a free port of this machine: whose containers are
 * named and labelled by somebody, and which may answer everything with an error in words of
 * somebody's choice.
 */
final class FakeDockerDaemon implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final int SERVER_ERROR = 500;

  private final HttpServer server;
  private volatile List<InjectionPayload> labels = List.of();
  private volatile Optional<String> error = Optional.empty();

  FakeDockerDaemon() {
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

  /** Containers, networks and images are called and labelled so from now on. */
  void labels(List<InjectionPayload> payloads) {
    labels = List.copyOf(payloads);
  }

  /** Everything is answered with this from now on. */
  void says(String words) {
    error = Optional.of(words);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var words = error;
      Object answer =
          words.isPresent()
              ? Map.of("message", words.get())
              : list(exchange.getRequestURI().getPath());
      byte[] body = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(words.isPresent() ? SERVER_ERROR : OK, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Object list(String path) {
    if (path.endsWith("/containers/json")) {
      return both(container("orders", "orders:1", Map.of()), p -> container(p));
    }
    if (path.endsWith("/networks")) {
      return both(network("bridge", Map.of()), p -> network(p.slug(), notes(p)));
    }
    return both(image("orders:1", Map.of()), p -> image(p.slug() + ":latest", notes(p)));
  }

  /** What is there anyway, and one more for each payload. */
  private List<Object> both(
      Map<String, Object> plain, Function<InjectionPayload, Map<String, Object>> of) {
    return Stream.<Object>concat(Stream.of(plain), labels.stream().map(of)).toList();
  }

  private static Map<String, Object> container(InjectionPayload payload) {
    return container(payload.slug(), payload.slug() + ":latest", notes(payload));
  }

  private static Map<String, Object> container(
      String name, String image, Map<String, String> labels) {
    return Map.of(
        "Id",
        name,
        "Names",
        List.of("/" + name),
        "Image",
        image,
        "ImageID",
        "sha256:" + image,
        "Command",
        labels.getOrDefault("note", "serve"),
        "State",
        "running",
        "Status",
        "Up 2 minutes",
        "Labels",
        labels,
        "NetworkSettings",
        Map.of("Networks", Map.of("bridge", Map.of("IPAddress", "172.17.0.2"))));
  }

  private static Map<String, Object> network(String name, Map<String, String> labels) {
    return Map.of("Id", name, "Name", name, "Driver", "bridge", "Labels", labels);
  }

  private static Map<String, Object> image(String tag, Map<String, String> labels) {
    return Map.of("Id", "sha256:" + tag, "RepoTags", List.of(tag), "Labels", labels);
  }

  private static Map<String, String> notes(InjectionPayload payload) {
    return Map.of("note", payload.text(), "com.example." + payload.name(), payload.text());
  }
}
