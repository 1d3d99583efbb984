package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.policy.json.Canonical;
import java.io.IOException;
import java.util.Map;

/** What stands in the file that keeps in mind which record can't be shipped, and why. */
final class StuckFile {
  private StuckFile() {}

  static byte[] bytes(Stuck stuck) {
    return Canonical.bytes(
        Map.of(
            "execution", stuck.execution(),
            "seq", stuck.seq(),
            "why", stuck.why(),
            "remedy", stuck.remedy()));
  }

  static Stuck read(byte[] bytes) throws IOException {
    try {
      var f = Json.parseObject(bytes);
      if (f.get("execution") instanceof String execution
          && f.get("seq") instanceof Long seq
          && f.get("why") instanceof String why
          && f.get("remedy") instanceof String remedy) {
        return new Stuck(execution, seq, why, remedy);
      }
      throw new IOException("not an account of a record that can't be shipped");
    } catch (Json.Malformed e) {
      throw new IOException(
          "not an account of a record that can't be shipped: " + e.getMessage(), e);
    }
  }
}
