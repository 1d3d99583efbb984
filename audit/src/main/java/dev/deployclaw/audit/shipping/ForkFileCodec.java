package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.StreamCopy.Fork;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.util.Map;

/** The content of the file that keeps a fork in mind until it is over. */
final class ForkFileCodec {
  private ForkFileCodec() {}

  static byte[] bytes(Fork fork) {
    return CanonicalJson.bytes(
        Map.of(
            "execution", fork.execution(),
            "seq", fork.seq(),
            "here", fork.here(),
            "there", fork.there(),
            "alarmed", fork.alarmed()));
  }

  static Fork read(byte[] bytes) throws IOException {
    try {
      var f = StrictJson.parseObject(bytes);
      if (f.get("execution") instanceof String execution
          && f.get("seq") instanceof Long seq
          && f.get("here") instanceof String here
          && f.get("there") instanceof String there
          && f.get("alarmed") instanceof Boolean alarmed) {
        return new Fork(execution, seq, here, there, alarmed);
      }
      throw new IOException("not an entry for a fork");
    } catch (StrictJson.Malformed e) {
      throw new IOException("not an entry for a fork: " + e.getMessage(), e);
    }
  }
}
