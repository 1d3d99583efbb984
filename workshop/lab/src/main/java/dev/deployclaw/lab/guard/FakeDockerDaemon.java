package dev.deployclaw.lab.guard;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final FakeHttpServer server;
  private volatile List<InjectionPayload> labels = List.of();
  private volatile Optional<String> error = Optional.empty();

  FakeDockerDaemon() {
    server = FakeHttpServer.start(this::answer);
  }

  String host() {
    return "tcp://" + server.address();
  }

  void labels(List<InjectionPayload> payloads) {
    labels = List.copyOf(payloads);
  }

  void says(String words) {
    error = Optional.of(words);
  }

  @Override
  public void close() {
    server.close();
  }

  private Answer answer(FakeHttpServer.Request request) {
    return error
        .map(words -> Answer.json(SERVER_ERROR, json(Map.of("message", words))))
        .orElseGet(() -> Answer.json(OK, json(list(request.path()))));
  }

  private static String json(Object value) {
    return JSON.valueToTree(value).toString();
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
