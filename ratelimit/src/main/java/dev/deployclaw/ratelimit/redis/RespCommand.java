package dev.deployclaw.ratelimit.redis;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A command's words in RESP's form. */
final class RespCommand {
  private static final byte[] LINE = {'\r', '\n'};

  private RespCommand() {}

  static Buffer of(List<String> words) {
    var out = Buffer.buffer(64 + 32 * words.size());
    count(out, '*', words.size());
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      count(out, '$', bytes.length);
      out.appendBytes(bytes).appendBytes(LINE);
    }
    return out;
  }

  private static void count(Buffer out, char kind, int number) {
    out.appendByte((byte) kind)
        .appendBytes(Integer.toString(number).getBytes(StandardCharsets.US_ASCII))
        .appendBytes(LINE);
  }
}
