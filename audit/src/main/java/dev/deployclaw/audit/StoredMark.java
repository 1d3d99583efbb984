package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.policy.json.Canonical;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * That a log is in the bucket, kept beside it. Lost, the log is copied again, to the same names. It
 * stays when the log leaves, and says then where that is.
 *
 * @param length of the log's file then, in bytes
 */
record StoredMark(long length, SegmentHead head) {
  static final String ENDING = ".stored";

  /** The name of the file beside the log. */
  static String name(String execution) {
    return execution + ENDING;
  }

  /** Empty where the log wasn't copied. */
  static Optional<StoredMark> of(JournalFolder folder, String execution) {
    try {
      return read(folder.content(name(execution)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<StoredMark> read(byte[] bytes) {
    try {
      Map<String, Object> f = Json.parseObject(bytes);
      return f.get("length") instanceof Long length && f.get("stored") instanceof Map<?, ?> head
          ? SegmentHead.read(Json.object(head)).map(h -> new StoredMark(length, h))
          : Optional.empty();
    } catch (Json.Malformed e) {
      return Optional.empty();
    }
  }

  byte[] bytes() {
    try {
      return Canonical.bytes(Map.of("length", length, "stored", Json.parseObject(head.bytes())));
    } catch (Json.Malformed e) {
      throw new IllegalStateException("canonical, and no JSON", e);
    }
  }
}
