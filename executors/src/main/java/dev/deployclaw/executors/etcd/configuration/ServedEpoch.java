package dev.deployclaw.executors.etcd.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** What the key {@code active} of a configuration store tells services to read. */
record ServedEpoch(long epoch, String digest) {
  static final String KEY = "active";

  private static final ObjectMapper JSON = new ObjectMapper();

  static ServedEpoch of(EpochSpec activation) {
    return new ServedEpoch(activation.epoch(), activation.digest());
  }

  byte[] bytes() {
    return CanonicalJson.bytes(Map.of("epoch", epoch, "digest", digest));
  }

  /** Empty where it isn't ours: somebody else wrote it. */
  static Optional<ServedEpoch> parse(byte[] value) {
    try {
      JsonNode json = JSON.readTree(value);
      boolean ours = json.path("epoch").canConvertToLong() && json.path("digest").isTextual();
      return ours
          ? Optional.of(new ServedEpoch(json.path("epoch").asLong(), json.path("digest").asText()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
