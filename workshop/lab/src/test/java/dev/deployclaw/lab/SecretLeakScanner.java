package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.RedisNode;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.MessageInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Everything that anybody else may read: stream, etcd, bucket, Redis, state folder. */
final class SecretLeakScanner {
  private static final String STREAM = "DEPLOYCLAW_AUDIT";
  private static final String[] FUNCTIONS = {"FUNCTION", "LIST", "WITHCODE"};

  private final LiveEstate estate;
  private final PlantedSecrets canaries;

  SecretLeakScanner(LiveEstate estate, PlantedSecrets canaries) {
    this.estate = estate;
    this.canaries = canaries;
  }

  /** None holds a secret. */
  void areClean() throws Exception {
    var keys = new EtcdKeyspace(estate.config().etcd()).below("");
    assertThat(keys).isNotEmpty();
    keys.forEach((key, value) -> clean("etcd", key + " " + PlantedSecrets.readable(value)));
    clean("the stream and its headers", String.join("\n", streamed()));
    clean("the bucket", texts(estate.lab().folder().resolve("s3/data")));
    clean("Redis", String.join("\n", held()));
    clean("the state folder", texts(estate.config().stateDir()));
  }

  private void clean(String place, String text) {
    canaries.assertNoneIn(place, text);
  }

  private List<String> streamed() throws Exception {
    var nats = io.nats.client.Nats.connect(estate.config().nats().url());
    try {
      JetStreamManagement stream = nats.jetStreamManagement();
      long last = stream.getStreamInfo(STREAM).getStreamState().getLastSequence();
      assertThat(last).isPositive();
      var out = new ArrayList<String>();
      for (long seq = 1; seq <= last; seq++) {
        var message = stream.getMessage(STREAM, seq);
        out.add(message.getSubject() + "\n" + headers(message));
        out.add(new String(message.getData(), StandardCharsets.UTF_8));
      }
      return out;
    } finally {
      nats.close();
    }
  }

  private static String headers(MessageInfo message) {
    var headers =
        Objects.requireNonNull(message.getHeaders(), () -> "headers of " + message.getSubject());
    var out = new StringBuilder();
    headers.forEach((name, values) -> out.append(name).append(": ").append(values).append('\n'));
    return out.toString();
  }

  /** Keys, what they hold, and the functions with their code, of each primary. */
  private List<String> held() {
    var out = new ArrayList<String>();
    var cluster = RedisCluster.adopt(estate.lab().folder().resolve("redis"));
    for (var address : cluster.primaries()) {
      var node = cluster.node(address);
      out.add(node.call(FUNCTIONS));
      node.call("KEYS", "*")
          .lines()
          .filter(key -> !key.isEmpty())
          .forEach(key -> {
            out.add(key);
            out.add(value(node, key));
          });
    }
    assertThat(out).as("what Redis holds").hasSizeGreaterThan(2 * cluster.primaries().size());
    return out;
  }

  private static String value(RedisNode node, String key) {
    return switch (node.call("TYPE", key)) {
      case "hash" -> node.call("HGETALL", key);
      case "zset" -> node.call("ZRANGE", key, "0", "-1", "WITHSCORES");
      case "set" -> node.call("SMEMBERS", key);
      case "list" -> node.call("LRANGE", key, "0", "-1");
      case "none" -> "";
      default -> node.call("GET", key);
    };
  }

  private static String texts(Path root) throws IOException {
    var out = new StringBuilder();
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.append(file)
            .append('\n')
            .append(PlantedSecrets.readable(Files.readAllBytes(file)))
            .append('\n');
      }
    }
    assertThat(out).isNotEmpty();
    return out.toString();
  }
}
