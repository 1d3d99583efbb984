package dev.deployclaw.policy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a rate limit service answers to {@code GET /v1/usage}: how many requests each limit let pass
 * and refused since the service began. Synthetic requests aren't counted.
 *
 * @param since when it began, RFC 3339: another value means that it counts again
 * @param leases of leased limits; empty where it has served none
 */
public record ServiceUsage(String since, List<Count> limits, Optional<Leases> leases) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public ServiceUsage {
    limits = List.copyOf(limits);
  }

  /**
   * Of one limit.
   *
   * @param tenant the tenant or group in whose policy it stands
   * @param limit its name; empty for what was refused because the tenant is blocked
   * @param allowed requests that it applied to and that passed
   * @param refused requests that it refused; where several refused one, each counts it
   */
  public record Count(String tenant, String limit, long allowed, long refused) {}

  /**
   * Of all leased limits. Limits count each request when it comes, not when it was charged.
   *
   * @param held leases that hold units now
   * @param inHand their units: charged, not yet spent
   * @param requests that leased limits decided
   * @param fromMemory those of them that needed no call to Redis of their own
   * @param lapsed units that were charged and never spent
   */
  public record Leases(long held, long inHand, long requests, long fromMemory, long lapsed) {}

  /** For a report of the service. */
  public Map<String, Object> facts() {
    return RecordJson.map(this);
  }

  public String toJson() {
    return CanonicalJson.text(facts());
  }

  /** Empty where the text isn't one. */
  public static Optional<ServiceUsage> parse(String json) {
    try {
      var root = MAPPER.readTree(json);
      List<Count> counts = new ArrayList<>();
      root.required("limits").forEach(c -> counts.add(count(c)));
      var leases = Optional.of(root.path("leases")).filter(JsonNode::isObject);
      return Optional.of(
          new ServiceUsage(
              root.required("since").asText(), counts, leases.map(ServiceUsage::leases)));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Count count(JsonNode node) {
    return new Count(
        node.required("tenant").asText(),
        node.required("limit").asText(),
        node.required("allowed").asLong(),
        node.required("refused").asLong());
  }

  private static Leases leases(JsonNode node) {
    return new Leases(
        node.required("held").asLong(),
        node.required("in_hand").asLong(),
        node.required("requests").asLong(),
        node.required("from_memory").asLong(),
        node.required("lapsed").asLong());
  }
}
