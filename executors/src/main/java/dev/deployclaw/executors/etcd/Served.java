package dev.deployclaw.executors.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.policy.json.Canonical;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** What the key {@code active} of a configuration store tells services to read. */
record Served(long epoch, String digest) {
  static final String KEY = "active";

  private static final ObjectMapper JSON = new ObjectMapper();

  static Served of(Activation activation) {
    return new Served(activation.epoch(), activation.digest());
  }

  byte[] bytes() {
    return Canonical.bytes(Map.of("epoch", epoch, "digest", digest));
  }

  /** Empty where it isn't ours: somebody else wrote it. */
  static Optional<Served> parse(byte[] value) {
    try {
      JsonNode json = JSON.readTree(value);
      boolean ours = json.path("epoch").canConvertToLong() && json.path("digest").isTextual();
      return ours
          ? Optional.of(new Served(json.path("epoch").asLong(), json.path("digest").asText()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
