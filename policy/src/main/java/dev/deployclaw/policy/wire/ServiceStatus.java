package dev.deployclaw.policy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a rate limit service answers to {@code GET /v1/status}: its vote and its report.
 *
 * @param etcd {@link #OK}, or why it can't read what is committed
 * @param epochs the policy sets that it holds, oldest first
 * @param redis {@link #OK}, or why Redis can't be asked
 * @param asks the primaries that it asks now; empty where it can't tell
 * @param decided what every primary decides by; empty where they don't all answer the same
 * @param trial the candidate by which every primary decides for some tenants
 * @param differing where they don't: what each one said
 * @param redisTimeout how long it waits for Redis, in milliseconds; empty where it doesn't say
 */
public record ServiceStatus(
    String etcd,
    List<Held> epochs,
    String redis,
    List<Asked> asks,
    Optional<Held> decided,
    Optional<Trial> trial,
    List<String> differing,
    OptionalLong redisTimeout) {
  public static final String OK = "ok";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Of one that can read what is committed. */
  public ServiceStatus(
      List<Held> epochs,
      String redis,
      List<Asked> asks,
      Optional<Held> decided,
      Optional<Trial> trial,
      List<String> differing) {
    this(OK, epochs, redis, asks, decided, trial, differing, OptionalLong.empty());
  }

  /** The same, of one that reads etcd so. */
  public ServiceStatus reading(String state) {
    return new ServiceStatus(state, epochs, redis, asks, decided, trial, differing, redisTimeout);
  }

  /** The same, of one that waits so long for Redis. */
  public ServiceStatus waiting(Duration longest) {
    return new ServiceStatus(
        etcd, epochs, redis, asks, decided, trial, differing, OptionalLong.of(longest.toMillis()));
  }

  public ServiceStatus {
    epochs = List.copyOf(epochs);
    asks = List.copyOf(asks);
    differing = List.copyOf(differing);
  }

  /** An epoch and the digest of its policy set. */
  public record Held(long epoch, String digest) {
    private Map<String, Object> json() {
      return Map.of("epoch", epoch, "digest", digest);
    }
  }

  private static Map<String, Object> json(Trial trial) {
    return Map.of(
        "epoch", trial.epoch(), "digest", trial.digest(), "cohort", trial.cohort().share());
  }

  /**
   * A Redis node by who it is, not by where it seems to be.
   *
   * @param node host and port as the service reaches it
   * @param id its node id in the cluster, else the id of its run; empty where it tells none
   */
  public record Asked(String node, String id) {
    private Map<String, Object> json() {
      return Map.of("node", node, "id", id);
    }
  }

  public boolean holds(long epoch, String digest) {
    return epochs.contains(new Held(epoch, digest));
  }

  public String toJson() {
    var out = new TreeMap<String, Object>();
    out.put("etcd", etcd);
    out.put("epochs", epochs.stream().map(Held::json).toList());
    out.put("redis", redis);
    out.put("asks", asks.stream().map(Asked::json).toList());
    out.put("differing", differing);
    decided.ifPresent(d -> out.put("decided", d.json()));
    trial.ifPresent(t -> out.put("trial", json(t)));
    redisTimeout.ifPresent(t -> out.put("redis_timeout_ms", t));
    return CanonicalJson.text(out);
  }

  /** Empty where the text isn't a status; fields that we don't know are ignored. */
  public static Optional<ServiceStatus> parse(String json) {
    try {
      return Optional.of(status(MAPPER.readTree(json)));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ServiceStatus status(JsonNode root) {
    var epochs = new ArrayList<Held>();
    root.required("epochs").forEach(e -> epochs.add(held(e)));
    var asks = new ArrayList<Asked>();
    root.path("asks")
        .forEach(a -> asks.add(new Asked(a.required("node").asText(), a.required("id").asText())));
    var differing = new ArrayList<String>();
    root.path("differing").forEach(d -> differing.add(d.asText()));
    var decided = Optional.of(root.path("decided")).filter(JsonNode::isObject);
    var trial = Optional.of(root.path("trial")).filter(JsonNode::isObject);
    var timeout = root.path("redis_timeout_ms");
    return new ServiceStatus(
        root.path("etcd").asText(OK),
        epochs,
        root.required("redis").asText(),
        asks,
        decided.map(ServiceStatus::held),
        trial.map(ServiceStatus::trial),
        differing,
        timeout.isIntegralNumber() ? OptionalLong.of(timeout.asLong()) : OptionalLong.empty());
  }

  private static Trial trial(JsonNode node) {
    var cohort = new CanaryCohort(node.required("cohort").asInt());
    return new Trial(node.required("epoch").asLong(), node.required("digest").asText(), cohort);
  }

  private static Held held(JsonNode node) {
    return new Held(node.required("epoch").asLong(), node.required("digest").asText());
  }
}
