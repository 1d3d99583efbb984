package dev.deployclaw.container.plugin.contract;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import dev.deployclaw.testkit.network.FakeHttpServer.Ending;
import dev.deployclaw.testkit.network.FakeHttpServer.Request;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A point of presence as {@code EdgeFleet} knows it: values with ETags that writes compare, and the
 * digest of the policy set that {@code active} names.
 */
final class FakeEdge implements AutoCloseable {
  private final Map<String, String> values = new TreeMap<>();
  private final FakeHttpServer server = FakeHttpServer.start(this::answer);

  String url() {
    return server.url();
  }

  synchronized Map<String, String> values() {
    return new TreeMap<>(values);
  }

  private synchronized Answer answer(Request request) {
    String key = request.path();
    if (key.equals("/enforced")) {
      return enforced();
    }
    String there = values.get(key);
    return switch (request.method()) {
      case "GET" -> there == null ? Answer.of(404) : found(there);
      case "PUT", "DELETE" -> write(key, there, request);
      default -> Answer.of(405);
    };
  }

  private Answer enforced() {
    String active = values.getOrDefault("/active", "");
    String set = values.get("/policies/" + active.split(" ", -1)[0]);
    return set == null ? Answer.of(404) : Answer.of(200, digest(set));
  }

  private Answer write(String key, @Nullable String there, Request request) {
    String wanted = request.headers().getFirst("If-Match");
    String none = request.headers().getFirst("If-None-Match");
    boolean moved =
        (none != null && there != null)
            || (wanted != null && !Objects.equals(wanted, there == null ? null : digest(there)));
    if (moved) {
      return Answer.of(412);
    }
    if (request.method().equals("DELETE")) {
      return Answer.of(values.remove(key) == null ? 404 : 204);
    }
    values.put(key, request.body());
    return Answer.of(204);
  }

  private static Answer found(String value) {
    return new Answer(200, Map.of("ETag", digest(value)), value, Ending.WHOLE);
  }

  private static String digest(String value) {
    return CanonicalJson.sha256(value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.close();
  }
}
