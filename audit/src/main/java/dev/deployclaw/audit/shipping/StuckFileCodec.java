package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.util.Map;

/** The content of the file that keeps in mind which record can't be shipped, and why. */
final class StuckFileCodec {
  private StuckFileCodec() {}

  static byte[] bytes(Stuck stuck) {
    return CanonicalJson.bytes(
        Map.of(
            "execution", stuck.execution(),
            "seq", stuck.seq(),
            "why", stuck.why(),
            "remedy", stuck.remedy()));
  }

  static Stuck read(byte[] bytes) throws IOException {
    try {
      var f = StrictJson.parseObject(bytes);
      if (f.get("execution") instanceof String execution
          && f.get("seq") instanceof Long seq
          && f.get("why") instanceof String why
          && f.get("remedy") instanceof String remedy) {
        return new Stuck(execution, seq, why, remedy);
      }
      throw new IOException("not an entry for a record that can't be shipped");
    } catch (StrictJson.Malformed e) {
      throw new IOException(
          "not an entry for a record that can't be shipped: " + e.getMessage(), e);
    }
  }
}
