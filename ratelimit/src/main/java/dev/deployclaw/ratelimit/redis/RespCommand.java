package dev.deployclaw.ratelimit.redis;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A command's words in RESP's form: encoded once, sent as often as needed. Immutable. */
public final class RespCommand {
  private final byte[] bytes;

  private RespCommand(byte[] bytes) {
    this.bytes = bytes;
  }

  public static RespCommand of(List<String> words) {
    var out = new ByteArrayOutputStream(64 + 32 * words.size());
    count(out, '*', words.size());
    for (String word : words) {
      byte[] encoded = word.getBytes(StandardCharsets.UTF_8);
      count(out, '$', encoded.length);
      out.writeBytes(encoded);
      line(out);
    }
    return new RespCommand(out.toByteArray());
  }

  /**
   * A function or a script with its keys and arguments.
   *
   * @param verb {@code FCALL} or {@code EVAL}
   * @param code the function's name, or the script
   */
  public static RespCommand running(
      String verb, String code, List<String> keys, List<String> arguments) {
    var words = new ArrayList<String>(3 + keys.size() + arguments.size());
    words.add(verb);
    words.add(code);
    words.add(Integer.toString(keys.size()));
    words.addAll(keys);
    words.addAll(arguments);
    return of(words);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RespCommand command && Arrays.equals(bytes, command.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  void appendTo(Buffer out) {
    out.appendBytes(bytes);
  }

  private static void count(ByteArrayOutputStream out, char kind, int number) {
    out.write(kind);
    out.writeBytes(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    line(out);
  }

  private static void line(ByteArrayOutputStream out) {
    out.write('\r');
    out.write('\n');
  }
}
