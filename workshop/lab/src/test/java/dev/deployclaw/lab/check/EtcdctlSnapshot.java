package dev.deployclaw.lab.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.lang3.function.Failable;

/** All that etcd holds below the domain's prefix, at one revision, read by etcdctl. */
public final class EtcdctlSnapshot {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SortedMap<String, Value> values;

  private EtcdctlSnapshot(SortedMap<String, Value> values) {
    this.values = values;
  }

  private record Value(byte[] bytes, long revision) {}

  public static EtcdctlSnapshot of(AgentConfig config) {
    String prefix = config.etcd().prefix();
    var said =
        json(
            CommandRunner.of(
                    "etcdctl",
                    "--endpoints=" + String.join(",", config.etcd().endpoints()),
                    "get",
                    prefix,
                    "--prefix",
                    "--write-out=json")
                .must());
    var values = new TreeMap<String, Value>();
    for (var kv : said.path("kvs")) {
      String key = new String(decode(kv.path("key")), StandardCharsets.UTF_8);
      values.put(
          key.substring(prefix.length()),
          new Value(decode(kv.path("value")), kv.path("mod_revision").asLong()));
    }
    return new EtcdctlSnapshot(values);
  }

  Optional<byte[]> bytes(String key) {
    return Optional.ofNullable(values.get(key)).map(Value::bytes);
  }

  public Optional<String> text(String key) {
    return bytes(key).map(b -> new String(b, StandardCharsets.UTF_8));
  }

  public Optional<JsonNode> at(String key) {
    return text(key).map(EtcdctlSnapshot::json);
  }

  /** The keys that begin so, without the beginning. */
  public List<String> under(String start) {
    return values.keySet().stream()
        .filter(k -> k.startsWith(start))
        .map(k -> k.substring(start.length()))
        .toList();
  }

  /**
   * When each key was last written, but for those that no change of policies moves: who led, what
   * was logged, and under which ids.
   */
  public SortedMap<String, Long> moves() {
    return values.entrySet().stream()
        .filter(e ->
            !e.getKey().matches("leader|term|audit/.*|audit-head/.*|audit-chain.*|reserved/.*"))
        .collect(
            Collectors.toMap(
                e -> e.getKey(), e -> e.getValue().revision(), (a, _) -> a, TreeMap::new));
  }

  /** When each key was last written. */
  public SortedMap<String, Long> allMoves() {
    var out = new TreeMap<String, Long>();
    values.forEach((key, value) -> out.put(key, value.revision()));
    return out;
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  private static byte[] decode(JsonNode base64) {
    return Base64.getDecoder().decode(base64.asText());
  }

  static JsonNode json(byte[] bytes) {
    return Failable.get(() -> JSON.readTree(bytes));
  }
}
