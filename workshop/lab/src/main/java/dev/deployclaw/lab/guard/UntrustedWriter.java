package dev.deployclaw.lab.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.s3.S3ObjectStore;
import dev.deployclaw.executors.s3.S3Settings;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.redis.RedisCluster;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A lab as somebody sees it who may write a text here and there, and isn't the agent. */
final class UntrustedWriter implements AutoCloseable {
  private static final String SOMEBODY = "somebody";
  private static final long ANSWER_SECONDS = 20;

  private final AgentConfig config;
  private final LocalCluster cluster;
  private final RedisCluster redis;
  private final Client etcd;
  private final ObjectStore objects;
  private final FakeDockerDaemon docker;
  private final Path skills;

  UntrustedWriter(LabEstate lab, AgentConfig config, FakeDockerDaemon docker, Path skills) {
    this.config = config;
    this.cluster = LocalCluster.adopt(lab.folder());
    this.redis = RedisCluster.adopt(lab.folder().resolve("redis"));
    this.etcd = Client.builder().endpoints(config.etcd().endpoints().getFirst()).build();
    this.objects =
        new S3ObjectStore(
            new S3Settings(
                URI.create(config.s3().endpoint()),
                config.s3().region(),
                config.s3().bucket(),
                config.s3().accessKey().value(),
                config.s3().secretKey().value(),
                true,
                config.s3().timeout(),
                config.s3().tls()));
    this.docker = docker;
    this.skills = skills;
  }

  String prefix() {
    return config.etcd().prefix();
  }

  String served() {
    return config.configurationStores().getFirst().etcd().prefix();
  }

  void create(String collection, ObjectNode object) {
    var _ = cluster.create(collection, SOMEBODY, object);
  }

  void annotate(String path, ObjectNode annotations) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.putObject("metadata").set("annotations", annotations);
    var _ = cluster.merge(path, SOMEBODY, patch);
  }

  /** Paths of the objects of a collection that stand now. */
  List<String> paths(String collection) {
    return cluster.list(collection).stream()
        .map(o ->
            collection.substring(0, collection.lastIndexOf('/'))
                + "/namespaces/"
                + o.at("/metadata/namespace").asText()
                + collection.substring(collection.lastIndexOf('/'))
                + "/"
                + o.at("/metadata/name").asText())
        .toList();
  }

  void redis(String... words) {
    redis.callOwner(words);
  }

  void everyPrimary(String... words) {
    redis.primaries().forEach(node -> redis.node(node).call(words));
  }

  void etcd(String key, String value) throws InterruptedException {
    try {
      var _ =
          etcd.getKVClient().put(bytes(key), bytes(value)).get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("etcd didn't take " + key, e);
    }
  }

  void s3(String name, String content) throws InterruptedException {
    var put = objects.create(name, content.getBytes(StandardCharsets.UTF_8));
    if (put instanceof ObjectStore.Put.Failed(var fault)) {
      throw new IllegalStateException("S3 didn't take " + name + ": " + fault.reason());
    }
  }

  void dockerSays(String message) {
    docker.says(message);
  }

  void dockerLabels(List<InjectionPayload> payloads) {
    docker.labels(payloads);
  }

  void skill(String name, String sheet) {
    try {
      var folder = Files.createDirectories(skills.resolve(name));
      Files.writeString(folder.resolve("SKILL.md"), sheet);
    } catch (IOException e) {
      throw new IllegalStateException("the skill " + name + " can't be written", e);
    }
  }

  @Override
  public void close() {
    try (etcd;
        objects) {}
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
