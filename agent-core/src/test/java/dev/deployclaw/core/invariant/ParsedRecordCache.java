package dev.deployclaw.core.invariant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.lang3.function.Failable;

/**
 * Records as JSON, each read once: the laws look at the same ones after every transaction and in
 * every copy of a world. What is given must not be changed. For many threads.
 */
final class ParsedRecordCache {
  /** The records that are remembered; of more, those used longest ago are read again. */
  private static final int MOST = 20_000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Key, JsonNode> READ =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, JsonNode> eldest) {
          return size() > MOST;
        }
      };

  private ParsedRecordCache() {}

  /** Bytes by what they are. */
  private record Key(byte[] bytes, int hash) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key(byte[] those, int _) && Arrays.equals(bytes, those);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  static JsonNode of(byte[] record) {
    synchronized (READ) {
      return READ.computeIfAbsent(
          new Key(record, Arrays.hashCode(record)), ParsedRecordCache::read);
    }
  }

  private static JsonNode read(Key key) {
    return Failable.get(() -> JSON.readTree(key.bytes()));
  }
}
