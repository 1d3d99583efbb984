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
 */
public record ServiceUsage(String since, List<Count> limits) {
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
      return Optional.of(new ServiceUsage(root.required("since").asText(), counts));
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
}
