package dev.deployclaw.audit.shipping;

import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.io.IOException;

/** The content of the file that keeps in mind which record can't be shipped, and why. */
final class StuckFileCodec {
  private StuckFileCodec() {}

  static byte[] bytes(Stuck stuck) {
    return RecordJson.canonical(stuck);
  }

  static Stuck read(byte[] bytes) throws IOException {
    try {
      var json = StrictJsonObject.parse("record", bytes);
      return new Stuck(
          json.text("execution"), json.number("seq"), json.text("why"), json.text("remedy"));
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "not an entry for a record that can't be shipped: " + e.getMessage(), e);
    }
  }
}
