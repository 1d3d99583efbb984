package dev.deployclaw.policy.redis;

import dev.deployclaw.testkit.RedisNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** A Redis with one connection, and what a test does to it. */
final class Shard implements AutoCloseable {
  private final RedisNode node;
  private final Jedis redis;

  private Shard(RedisNode node) {
    this.node = node;
    this.redis = new Jedis(node.address().host(), node.address().port());
  }

  static Shard start(Path folder) {
    return new Shard(RedisNode.start(folder));
  }

  Jedis redis() {
    return redis;
  }

  /** Stages a set and makes it the active one. */
  void activate(EpochSet held) {
    stage(held);
    load(held);
  }

  void stage(EpochSet held) {
    for (var hash : StagedRules.of(held.set(), held.epoch(), held.digest()).hashes()) {
      redis.hset(hash.key(), hash.fields());
    }
  }

  void load(EpochSet held) {
    load(new FunctionLibrary.Constants(1, held.epoch(), held.digest(), held.epoch() - 1));
  }

  void load(FunctionLibrary.Constants constants) {
    redis.functionLoadReplace(FunctionLibrary.source(constants));
  }

  DecideReply decide(DecideCall call) {
    return reply(redis.fcall(FunctionLibrary.DECIDE, keys(call), arguments(call)), call);
  }

  DecideReply decideWithRules(DecideCall call) {
    var encoded = call.withRules();
    return reply(redis.fcall(FunctionLibrary.DECIDE, encoded.keys(), encoded.arguments()), call);
  }

  DecideReply decideByScript(EpochSet active, DecideCall call) {
    return decideByScript(
        new FunctionLibrary.Constants(1, active.epoch(), active.digest(), 0), call);
  }

  DecideReply decideByScript(FunctionLibrary.Constants constants, DecideCall call) {
    return reply(redis.eval(FunctionLibrary.script(constants), keys(call), arguments(call)), call);
  }

  /** Decides one after the other, without waiting in between. */
  List<DecideReply> decideAll(List<DecideCall> calls) {
    Pipeline pipeline = redis.pipelined();
    calls.forEach(call -> pipeline.fcall(FunctionLibrary.DECIDE, keys(call), arguments(call)));
    var answers = pipeline.syncAndReturnAll();
    var replies = new ArrayList<DecideReply>();
    for (int i = 0; i < calls.size(); i++) {
      if (answers.get(i) instanceof RuntimeException e) {
        throw e;
      }
      replies.add(reply(answers.get(i), calls.get(i)));
    }
    return replies;
  }

  @Override
  public void close() {
    redis.close();
    node.close();
  }

  private static List<String> keys(DecideCall call) {
    return call.encoded().keys();
  }

  private static List<String> arguments(DecideCall call) {
    return call.encoded().arguments();
  }

  private static DecideReply reply(Object answer, DecideCall call) {
    return DecideReply.parse(
        ((List<?>) answer).stream().map(Long.class::cast).toList(), call.requests());
  }
}
