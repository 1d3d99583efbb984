package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * How far the stream has acknowledged an execution. It only saves work: a cursor that is lost or
 * behind makes records go out again, which the stream refuses as already there.
 *
 * @param seq the last acknowledged record
 * @param offset where the next one begins in the journal file
 * @param hash of that last record; empty where an earlier version saved it
 */
public record ShippingCursor(long seq, long offset, String hash) {
  static final ShippingCursor START = new ShippingCursor(0, 0, "");

  public static ShippingCursor load(Path file) {
    try {
      Map<String, Object> fields = StrictJson.parseObject(Files.readAllBytes(file));
      return fields.get("seq") instanceof Long seq
              && fields.get("offset") instanceof Long offset
              && seq >= 0
              && offset >= 0
          ? new ShippingCursor(seq, offset, fields.get("hash") instanceof String hash ? hash : "")
          : START;
    } catch (IOException | StrictJson.Malformed e) {
      return START;
    }
  }

  /** What of the file it is about. */
  RecordLines.Span before() {
    return new RecordLines.Span(0, offset, RecordLines.MOST_RECORDS);
  }

  /**
   * Whether the file still holds what was acknowledged: its last records can be moved out of it.
   *
   * @param before what it holds up to the offset
   */
  boolean fits(String execution, RecordLines before) {
    var lines = before.lines();
    return lines.size() == seq
        && before.next() == offset
        && (hash.isEmpty() || hash.equals(StreamRecord.of(execution, seq, lines.getLast()).hash()));
  }

  void save(Path file) throws IOException {
    var mine = PosixFilePermissions.fromString("rw-------");
    Path fresh =
        Files.createTempFile(
            file.getParent(), ".cursor", "", PosixFilePermissions.asFileAttribute(mine));
    Files.write(fresh, CanonicalJson.bytes(Map.of("hash", hash, "offset", offset, "seq", seq)));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
