package dev.deployclaw.executors.etcd.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.spi.StateStore;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * What the last commit decided, as the key {@code active} says it.
 *
 * @param candidate the epoch beside it that a cohort is decided by; 0 for none
 */
record ActiveEpochEntry(
    long epoch,
    String digest,
    String change,
    long term,
    long predecessor,
    long candidate,
    long revision) {
  static final String KEY = "active";

  private static final ObjectMapper JSON = new ObjectMapper();

  static Optional<ActiveEpochEntry> read(StateStore store) throws InterruptedException {
    return store.get(KEY).map(ActiveEpochEntry::parse);
  }

  /** Whether somebody may act on an epoch, or may have to again. */
  boolean names(long other) {
    return other == epoch || other == predecessor || (other > 0 && other == candidate);
  }

  Map<String, Object> facts() {
    return Map.of(
        "epoch", epoch,
        "digest", digest,
        "change", change,
        "term", term,
        "predecessor", predecessor);
  }

  private static ActiveEpochEntry parse(StateStore.Entry entry) {
    try {
      JsonNode json = JSON.readTree(entry.value());
      return new ActiveEpochEntry(
          json.path("epoch").asLong(),
          json.path("digest").asText(""),
          json.path("change").asText(""),
          json.path("term").asLong(),
          json.path("predecessor").asLong(),
          json.path("candidate").path("epoch").asLong(),
          entry.modRevision());
    } catch (IOException e) {
      throw new IllegalStateException("the key active isn't JSON", e);
    }
  }
}
