package dev.deployclaw.audit.shipping;

import dev.deployclaw.core.log.StreamCopy.Fork;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.io.IOException;

/** The content of the file that keeps a fork in mind until it is over. */
final class ForkFileCodec {
  private ForkFileCodec() {}

  static byte[] bytes(Fork fork) {
    return RecordJson.canonical(fork);
  }

  static Fork read(byte[] bytes) throws IOException {
    try {
      var json = StrictJsonObject.parse("fork", bytes);
      return new Fork(
          json.text("execution"),
          json.number("seq"),
          json.text("here"),
          json.text("there"),
          json.flag("alarmed"));
    } catch (IllegalArgumentException e) {
      throw new IOException("not an entry for a fork: " + e.getMessage(), e);
    }
  }
}
