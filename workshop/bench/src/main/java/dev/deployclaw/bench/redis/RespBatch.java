package dev.deployclaw.bench.redis;

import dev.deployclaw.policy.redis.StagedRules;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** Commands for one node, encoded (RESP2) before anything is measured. */
public record RespBatch(byte[] bytes, int commands) {
  public static final RespBatch NONE = new RespBatch(new byte[0], 0);

  /** What stages the hashes: one {@code HSET} each. */
  public static RespBatch writes(List<StagedRules.Hash> hashes) {
    return of(hashes, RespBatch::write);
  }

  /** What reads them back: one {@code HGETALL} each. */
  static RespBatch reads(List<StagedRules.Hash> hashes) {
    return of(hashes, hash -> new String[] {"HGETALL", hash.key()});
  }

  /** Any commands, in this order. */
  public static RespBatch of(List<List<String>> commands) {
    var out = new ByteArrayOutputStream();
    commands.forEach(words -> encode(out, words.toArray(String[]::new)));
    return new RespBatch(out.toByteArray(), commands.size());
  }

  public static RespBatch one(String... words) {
    var out = new ByteArrayOutputStream();
    encode(out, words);
    return new RespBatch(out.toByteArray(), 1);
  }

  private static RespBatch of(
      List<StagedRules.Hash> hashes, Function<StagedRules.Hash, String[]> command) {
    var out = new ByteArrayOutputStream();
    hashes.forEach(hash -> encode(out, command.apply(hash)));
    return new RespBatch(out.toByteArray(), hashes.size());
  }

  private static String[] write(StagedRules.Hash hash) {
    var words = new String[2 + 2 * hash.fields().size()];
    int at = 0;
    words[at++] = "HSET";
    words[at++] = hash.key();
    for (var field : hash.fields().entrySet()) {
      words[at++] = field.getKey();
      words[at++] = field.getValue();
    }
    return words;
  }

  private static void encode(ByteArrayOutputStream out, String... words) {
    ascii(out, "*" + words.length + "\r\n");
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      ascii(out, "$" + bytes.length + "\r\n");
      out.writeBytes(bytes);
      ascii(out, "\r\n");
    }
  }

  private static void ascii(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
