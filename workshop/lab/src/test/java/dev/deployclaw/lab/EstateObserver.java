package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What each participant says of itself, asked without the agent. */
final class EstateObserver {
  private final LabFixture scene;

  EstateObserver(LabFixture scene) {
    this.scene = scene;
  }

  /** Epoch and digest that each Redis node, rate limit service, and etcd acts on. */
  SortedMap<String, String> acts() {
    var out = new TreeMap<String, String>();
    out.put("etcd", epochAndDigest(scene.active()));
    var redis = scene.redis();
    for (var node : redis.nodes()) {
      var status = redis.node(node).call("FCALL_RO", "dc_status", "0").split("\n", -1);
      out.put("redis/" + node, status[0] + " " + status[1]);
    }
    for (var service : scene.config().services()) {
      out.put("ratelimit/" + service.namespace(), epochAndDigest(decided(service.url())));
    }
    return out;
  }

  /** Epoch and digest that each configuration store serves; empty where it serves nothing. */
  SortedMap<String, String> serves() {
    var out = new TreeMap<String, String>();
    for (var store : scene.config().configurationStores()) {
      var active = new EtcdKeyspace(store.etcd()).text("active");
      out.put(
          "configuration/" + store.name(),
          active.map(text -> epochAndDigest(EtcdKeyspace.tree(text))).orElse(""));
    }
    return out;
  }

  /** Fails unless every participant acts on it, and every gateway links its file. */
  void assertEveryoneActsOn(long epoch, String digest) {
    assertThat(acts()).allSatisfy((_, acts) -> assertThat(acts).isEqualTo(epoch + " " + digest));
    String served = digest.equals(PolicySet.EMPTY.digest()) ? "" : epoch + " " + digest;
    assertThat(serves())
        .isNotEmpty()
        .allSatisfy((_, serves) -> assertThat(serves).isEqualTo(served));
    assertThat(scene.gateways())
        .allSatisfy(g -> assertThat(g.target()).isEqualTo("epochs/" + epoch));
  }

  /** All that a change could leave behind: equal before and after means that nothing changed. */
  SortedMap<String, String> everything() {
    var out = new TreeMap<String, String>();
    for (String prefix : List.of("active", "open", "policy/")) {
      scene
          .keys()
          .below(prefix)
          .forEach((key, value) -> out.put("etcd " + key, CanonicalJson.sha256(value)));
    }
    for (var store : scene.config().configurationStores()) {
      var served = new EtcdKeyspace(store.etcd());
      for (String prefix : List.of("active", "epochs/")) {
        served
            .below(prefix)
            .forEach((key, value) ->
                out.put("configuration/" + store.name() + " " + key, CanonicalJson.sha256(value)));
      }
    }
    redis(out);
    for (var gateway : scene.gateways()) {
      out.put(gateway.member() + " live", gateway.target());
      out.put(gateway.member() + " file", digest(gateway.liveFile()));
      out.put(gateway.member() + " epochs", epochs(gateway));
    }
    for (var service : scene.config().services()) {
      out.put("ratelimit/" + service.namespace(), epochAndDigest(decided(service.url())));
    }
    return out;
  }

  private void redis(Map<String, String> out) {
    var cluster = scene.redis();
    var libraries = new TreeSet<String>();
    cluster.nodes().forEach(n -> libraries.add(cluster.node(n).call("FCALL_RO", "dc_status", "0")));
    out.put("redis libraries", libraries.toString());
    for (HostPort primary : cluster.primaries()) {
      var node = cluster.node(primary);
      for (String key : words(node.call("KEYS", "dc:*:policy:*"))) {
        out.put("redis " + key, pairs(words(node.call("HGETALL", key))).toString());
      }
    }
  }

  private static List<String> words(String answer) {
    return Stream.of(answer.split("\n", -1)).filter(word -> !word.isEmpty()).toList();
  }

  private static SortedMap<String, String> pairs(List<String> words) {
    var out = new TreeMap<String, String>();
    for (int i = 0; i + 1 < words.size(); i += 2) {
      out.put(words.get(i), words.get(i + 1));
    }
    return out;
  }

  private static String epochs(FolderGatewayProbe gateway) {
    try (var folders = Files.list(gateway.entry().folder().resolve("epochs"))) {
      var names = new ArrayList<>(folders.map(f -> f.getFileName().toString()).toList());
      names.sort(null);
      return names.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode decided(String url) {
    var at = URI.create(url);
    var answer =
        PlainHttpResponse.get(new HostPort(at.getHost(), at.getPort()), "/v1/status", Map.of());
    return EtcdKeyspace.tree(answer.body()).path("decided");
  }

  private static String epochAndDigest(JsonNode of) {
    return of.path("epoch").asLong() + " " + of.path("digest").asText();
  }

  private static String digest(String text) {
    return CanonicalJson.sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
