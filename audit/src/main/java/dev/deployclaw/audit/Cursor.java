package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.policy.json.Canonical;
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
 */
record Cursor(long seq, long offset) {
  static final Cursor START = new Cursor(0, 0);

  static Cursor load(Path file) {
    try {
      Map<String, Object> fields = Json.parseObject(Files.readAllBytes(file));
      return fields.get("seq") instanceof Long seq
              && fields.get("offset") instanceof Long offset
              && seq >= 0
              && offset >= 0
          ? new Cursor(seq, offset)
          : START;
    } catch (IOException | Json.Malformed e) {
      return START;
    }
  }

  void save(Path file) throws IOException {
    var mine = PosixFilePermissions.fromString("rw-------");
    Path fresh =
        Files.createTempFile(
            file.getParent(), ".cursor", "", PosixFilePermissions.asFileAttribute(mine));
    Files.write(fresh, Canonical.bytes(Map.of("offset", offset, "seq", seq)));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
