package dev.deployclaw.lab.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdReader;
import dev.deployclaw.lab.judge.protocol.EtcdReader.KeyChange;
import dev.deployclaw.lab.judge.protocol.EtcdSnapshot;
import dev.deployclaw.lab.judge.protocol.NatsStreamReader;
import dev.deployclaw.lab.judge.protocol.RespConnection;
import dev.deployclaw.lab.judge.protocol.S3BucketReader;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.S3Server;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge speaks each server's protocol: real servers. */
class ServersTest {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final int FOUND = 200;
  private static final RedisNode.Options CLUSTERED =
      new RedisNode.Options(
          FreePortFinder.free(),
          List.of("cluster-enabled yes", "cluster-require-full-coverage no"),
          Map.of());

  @TempDir Path folder;

  @Test
  void readsWhatEtcdHoldsAndAllThatItHeld() throws Exception {
    try (var server = dev.deployclaw.testkit.server.EtcdServer.start(folder)) {
      put(server.endpoint(), "/p/one", "1");
      put(server.endpoint(), "/p/two", "2");
      put(server.endpoint(), "/elsewhere", "9");
      put(server.endpoint(), "/p/one", "3");
      delete(server.endpoint(), "/p/two");
      put(server.endpoint(), "/p/last", "é");
      var etcd = new EtcdReader(server.endpoint());

      var keys = etcd.keys("/p/");
      var told = new ArrayList<String>();
      long next = etcd.history("/p/", 1, keys.revision(), h -> told.add(words(h)));

      assertThat(keys.text("one")).contains("3");
      assertThat(keys.text("last")).contains("é");
      assertThat(keys.under("")).containsExactly("last", "one");
      assertThat(told).containsExactly("one=1", "two=2", "one=3", "two gone", "last=é");
      assertThat(next).isEqualTo(keys.revision() + 1);

      long compacted = keys.revision() - 1;
      post(server.endpoint(), "/v3/kv/compaction", "{\"revision\":\"" + compacted + "\"}");
      told.clear();
      long _ = etcd.history("/p/", 1, keys.revision(), h -> told.add(words(h)));

      assertThat(told).containsExactly("two gone", "last=é");
    }
  }

  @Test
  void readsObjectsOfABucketBySignedRequests() throws Exception {
    try (var server = S3Server.start(folder.resolve("s3"))) {
      String name = "checkpoints/" + ByteDigests.sha256(ByteDigests.of("held")) + ".json";
      var file = folder.resolve("s3/data").resolve(server.bucket()).resolve(name);
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, "held");
      var bucket = new S3BucketReader(access(server, server.secretKey()));
      var keys = new TreeMap<String, EtcdSnapshot.Value>();
      keys.put("checkpoint/1", marker(name, ByteDigests.sha256(ByteDigests.of("held"))));
      var proofs = new CheckpointInvariants(bucket);

      assertThat(bucket.object(name))
          .hasValueSatisfying(b -> assertThat(b).asString().isEqualTo("held"));
      assertThat(bucket.object("checkpoints/none")).isEmpty();
      assertThat(proofs.wrong(new EtcdSnapshot(keys))).isEmpty();

      String other = name.replace("checkpoints/", "checkpoints/x");
      Files.writeString(file.resolveSibling(other.replace("checkpoints/", "")), "altered");
      keys.put("checkpoint/2", marker(other, ByteDigests.sha256(ByteDigests.of("held"))));
      keys.put("checkpoint/3", marker("checkpoints/none", "00"));

      assertThat(proofs.wrong(new EtcdSnapshot(keys)))
          .satisfiesExactly(
              w -> assertThat(w).contains("epoch 2 does not hash to its name"),
              w -> assertThat(w).contains("epoch 3 is gone"));
      assertThatThrownBy(() -> new S3BucketReader(access(server, "wrong")).object(name))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("403");
    }
  }

  @Test
  void readsTheStreamMessageByMessage() throws Exception {
    try (var server = NatsServer.start(folder)) {
      var connection = io.nats.client.Nats.connect(server.url());
      try (var stream = NatsStreamReader.connect(URI.create(server.url()))) {
        assertThat(stream.last()).isZero();
        var _ =
            connection
                .jetStreamManagement()
                .addStream(
                    StreamConfiguration.builder()
                        .name("DEPLOYCLAW_AUDIT")
                        .subjects("deployclaw.audit.>")
                        .build());
        var _ = connection.jetStream().publish("deployclaw.audit.x.1", ByteDigests.of("{\"a\":1}"));
        var _ = connection.jetStream().publish("deployclaw.audit.x.2", ByteDigests.of("ü"));

        assertThat(stream.last()).isEqualTo(2);
        assertThat(stream.message(1).subject()).isEqualTo("deployclaw.audit.x.1");
        assertThat(ByteDigests.text(stream.message(2).bytes())).isEqualTo("ü");
        assertThatThrownBy(() -> stream.message(3)).hasMessageContaining("no message 3");
      } finally {
        connection.close();
      }
    }
  }

  @Test
  void readsHashesOfARedisNodeAndItsRefusals() throws Exception {
    try (var node = RedisNode.start(folder, CLUSTERED)) {
      String _ = node.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
      BoundedWait.until(
          "it is whole", SOON, () -> node.call("CLUSTER", "INFO").contains("state:ok"));
      String _ = node.call("HSET", "dc:{r}:policy:t", "7:#", "ö", "7:a", "");
      try (var resp = RespConnection.connect(node.address().toString())) {
        assertThat(resp.call("HGETALL", "dc:{r}:policy:t")).containsExactly("7:#", "ö", "7:a", "");
        assertThat(resp.call("KEYS", "none*")).isEmpty();
        assertThatThrownBy(() -> resp.call("FCALL_RO", "dc_status", "0"))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("Function not found");
        assertThat(resp.call("PING")).containsExactly("PONG");
      }
    }
  }

  private static String words(List<KeyChange> transaction) {
    var h = transaction.getFirst();
    return h.deleted() ? h.key() + " gone" : h.key() + "=" + h.text();
  }

  private static EtcdSnapshot.Value marker(String name, String sha256) {
    return new EtcdSnapshot.Value(
        ByteDigests.of("{\"s3\":\"%s\",\"sha256\":\"%s\"}".formatted(name, sha256)), 1);
  }

  private S3BucketReader.Access access(S3Server server, String secret) throws IOException {
    return new S3BucketReader.Access(
        URI.create(server.endpoint()),
        server.bucket(),
        "us-east-1",
        Files.writeString(folder.resolve("access"), server.accessKey()),
        Files.writeString(folder.resolve("secret"), secret));
  }

  private static void put(String endpoint, String key, String value) throws Exception {
    post(
        endpoint,
        "/v3/kv/put",
        "{\"key\":\"%s\",\"value\":\"%s\"}".formatted(base64(key), base64(value)));
  }

  private static void delete(String endpoint, String key) throws Exception {
    post(endpoint, "/v3/kv/deleterange", "{\"key\":\"" + base64(key) + "\"}");
  }

  private static void post(String endpoint, String path, String body) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(endpoint + path))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(FOUND);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(ByteDigests.of(text));
  }
}
