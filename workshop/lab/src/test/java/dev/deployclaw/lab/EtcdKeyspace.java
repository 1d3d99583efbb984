package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.config.AgentConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Keys in etcd below a prefix, and relative to it, over etcd's own HTTP interface. */
final class EtcdKeyspace {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String endpoint;
  private final String prefix;

  EtcdKeyspace(AgentConfig.Etcd etcd) {
    this(etcd.endpoints().getFirst(), etcd.prefix());
  }

  private EtcdKeyspace(String endpoint, String prefix) {
    this.endpoint = endpoint;
    this.prefix = prefix;
  }

  /** The same etcd below another prefix. */
  EtcdKeyspace elsewhere(String otherPrefix) {
    return new EtcdKeyspace(endpoint, otherPrefix);
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(below(key).get(key))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  JsonNode json(String key) {
    String text = text(key).orElseThrow(() -> new IllegalStateException("no key " + key));
    return tree(text);
  }

  /** The number of writes that etcd has seen. */
  long revision() {
    return call("/v3/kv/range", "active").at("/header/revision").asLong();
  }

  /** All keys that start so, with their values. */
  SortedMap<String, byte[]> below(String start) {
    var out = new TreeMap<String, byte[]>();
    for (var kv : call("/v3/kv/range", start).path("kvs")) {
      String key = new String(bytes(kv.path("key")), StandardCharsets.UTF_8);
      out.put(key.substring(prefix.length()), bytes(kv.path("value")));
    }
    return out;
  }

  /** Deletes all keys that start so, and returns how many there were. */
  int delete(String start) {
    return call("/v3/kv/deleterange", start).path("deleted").asInt();
  }

  /** Writes a key, as nobody of ours does. */
  void put(String key, String value) {
    put(key, value.getBytes(StandardCharsets.UTF_8));
  }

  void put(String key, byte[] value) {
    JsonNode _ =
        post(
            "/v3/kv/put",
            Map.of(
                "key", encoded((prefix + key).getBytes(StandardCharsets.UTF_8)),
                "value", encoded(value)));
  }

  private JsonNode call(String path, String start) {
    byte[] from = (prefix + start).getBytes(StandardCharsets.UTF_8);
    byte[] to = from.clone();
    to[to.length - 1]++;
    return post(path, Map.of("key", encoded(from), "range_end", encoded(to)));
  }

  private JsonNode post(String path, Map<String, String> body) {
    try {
      var request =
          HttpRequest.newBuilder(URI.create(endpoint + path))
              .timeout(TIMEOUT)
              .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
              .build();
      return tree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] bytes(JsonNode base64) {
    return Base64.getDecoder().decode(base64.asText());
  }
}
