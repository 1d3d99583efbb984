package dev.deployclaw.policy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.policy.json.RecordJson;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * What marks a request as synthetic, once it is signed: see {@link SignedProbeToken}. A token that
 * isn't valid makes its request an ordinary one, it is never an error.
 *
 * @param cost how many ordinary requests it counts for, at least 1
 * @param at the clock of its counters, in microseconds since 1970
 * @param expiry after this second of real time it is void; at most {@link #LONGEST_LIFE} ahead
 * @param nonce tells two tokens of one execution apart
 */
public record ProbeToken(
    String execution,
    String tenant,
    String service,
    String route,
    String method,
    long cost,
    long at,
    long expiry,
    String nonce) {

  public static final Duration LONGEST_LIFE = Duration.ofMinutes(15);

  private static final int LONGEST_NAME = 256;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public ProbeToken {
    if (cost < 1 || cost > 1_000_000_000L || at < 0) {
      throw new IllegalArgumentException("cost or time out of range");
    }
    for (var part : new String[] {execution, tenant, service, route, method, nonce}) {
      if (part.length() > LONGEST_NAME) {
        throw new IllegalArgumentException("a part is too long");
      }
    }
  }

  /** Whether its time has come, and isn't over. */
  public boolean isLive(Instant now) {
    long left = expiry - now.getEpochSecond();
    return left > 0 && left <= LONGEST_LIFE.toSeconds();
  }

  /** Its canonical JSON. */
  byte[] bytes() {
    return RecordJson.canonical(this);
  }

  /** Throws IllegalArgumentException where something is missing or out of range. */
  static ProbeToken read(byte[] body) throws IOException {
    JsonNode root = MAPPER.readTree(body);
    return new ProbeToken(
        root.required("execution").asText(),
        root.required("tenant").asText(),
        root.required("service").asText(),
        root.required("route").asText(),
        root.required("method").asText(),
        root.required("cost").asLong(),
        root.required("at").asLong(),
        root.required("expiry").asLong(),
        root.required("nonce").asText());
  }
}
