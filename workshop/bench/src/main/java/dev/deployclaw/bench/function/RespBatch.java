package dev.deployclaw.bench.function;

import dev.deployclaw.policy.redis.StagedRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.util.RedisOutputStream;

/** Commands for one node, encoded (RESP2) before anything is measured. */
record RespBatch(byte[] bytes, int commands) {
  static RespBatch writes(List<StagedRules.Hash> hashes) {
    return of(hashes.stream().map(RespBatch::write).toList());
  }

  static RespBatch one(String... words) {
    return of(List.of(List.of(words)));
  }

  static RespBatch of(List<List<String>> commands) {
    var out = new ByteArrayOutputStream();
    try (var encoded = new RedisOutputStream(out)) {
      for (var words : commands) {
        ProtocolCommand name = () -> words.getFirst().getBytes(StandardCharsets.UTF_8);
        Protocol.sendCommand(
            encoded, new CommandArguments(name).addObjects(words.subList(1, words.size())));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new RespBatch(out.toByteArray(), commands.size());
  }

  private static List<String> write(StagedRules.Hash hash) {
    var words = new ArrayList<>(List.of("HSET", hash.key()));
    hash.fields().forEach((name, value) -> words.addAll(List.of(name, value)));
    return words;
  }
}
