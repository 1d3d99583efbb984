package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * That a log is in the bucket, kept beside it. Lost, the log is copied again, to the same names. It
 * stays when the log leaves, and says then where that is.
 *
 * @param length of the log's file then, in bytes
 */
public record LocalArchiveMarker(long length, SegmentManifest head) {
  /** The name of the file beside the log. */
  static String name(String execution) {
    return execution + JournalFolder.STORED;
  }

  /** Empty where the log wasn't copied. */
  public static Optional<LocalArchiveMarker> of(JournalFolder folder, String execution) {
    try {
      return read(folder.content(name(execution)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<LocalArchiveMarker> read(byte[] bytes) {
    var f = StrictJson.findObject(bytes).orElse(Map.of());
    return f.get("length") instanceof Long length && f.get("stored") instanceof Map<?, ?> head
        ? SegmentManifest.read(StrictJson.object(head)).map(h -> new LocalArchiveMarker(length, h))
        : Optional.empty();
  }

  /** Of the log. */
  public LogHead end() {
    return head.head().end();
  }

  byte[] bytes() {
    var stored = StrictJson.findObject(head.bytes()).orElseThrow();
    return CanonicalJson.bytes(Map.of("length", length, "stored", stored));
  }
}
