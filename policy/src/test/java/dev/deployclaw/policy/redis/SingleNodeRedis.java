package dev.deployclaw.policy.redis;

import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** A Redis with one connection, and what a test does to it. */
final class SingleNodeRedis implements AutoCloseable {
  /** A busy machine may take long. */
  private static final int LONGEST_MILLIS = 60_000;

  private final Runnable stop;
  private final Jedis redis;

  private SingleNodeRedis(HostPort address, Runnable stop) {
    this.stop = stop;
    this.redis = new Jedis(address.host(), address.port(), LONGEST_MILLIS);
  }

  static SingleNodeRedis start(Path folder) {
    var node = RedisNode.start(folder);
    return new SingleNodeRedis(node.address(), node::close);
  }

  /** A node that is somebody else's to stop. */
  static SingleNodeRedis at(HostPort address) {
    return new SingleNodeRedis(address, () -> {});
  }

  Jedis redis() {
    return redis;
  }

  /** Stages a set and makes it the active one. */
  void activate(EpochPolicySet held) {
    stage(held);
    load(held);
  }

  void stage(EpochPolicySet held) {
    for (var hash : new StagedRules(held.set(), held.epoch(), held.digest()).hashes()) {
      redis.hset(hash.key(), hash.fields());
    }
  }

  void load(EpochPolicySet held) {
    load(
        new FunctionLibrary.Constants(
            1, held.epoch(), held.digest(), held.epoch() - 1, 0, Optional.empty()));
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

  DecideReply decideByScript(EpochPolicySet active, DecideCall call) {
    return decideByScript(
        new FunctionLibrary.Constants(1, active.epoch(), active.digest(), 0, 0, Optional.empty()),
        call);
  }

  DecideReply decideByScript(FunctionLibrary.Constants constants, DecideCall call) {
    return reply(redis.eval(FunctionLibrary.script(constants), keys(call), arguments(call)), call);
  }

  /** Decides one after the other, without waiting in between. */
  List<DecideReply> decideAll(List<DecideCall> calls) {
    var answers =
        all(
            calls.stream().map(c -> new Said(FunctionLibrary.DECIDE, c.encoded())).toList(),
            Optional.empty());
    var replies = new ArrayList<DecideReply>();
    for (int i = 0; i < calls.size(); i++) {
      replies.add(reply(answers.get(i), calls.get(i)));
    }
    return replies;
  }

  /** One call of a function. */
  record Said(String function, DecideCall.Encoded words) {}

  /**
   * What functions answer, one after the other, without waiting in between.
   *
   * @param script instead of the library, with these constants
   */
  List<Object> all(List<Said> calls, Optional<FunctionLibrary.Constants> script) {
    Pipeline pipeline = redis.pipelined();
    for (var call : calls) {
      var keys = call.words().keys();
      var arguments = call.words().arguments();
      if (script.isEmpty()) {
        pipeline.fcall(call.function(), keys, arguments);
      } else if (call.function().equals(FunctionLibrary.RELEASE)) {
        pipeline.eval(FunctionLibrary.releaseScript(), keys, arguments);
      } else {
        pipeline.eval(FunctionLibrary.script(script.get()), keys, arguments);
      }
    }
    var answers = pipeline.syncAndReturnAll();
    for (var answer : answers) {
      if (answer instanceof RuntimeException e) {
        throw e;
      }
    }
    return answers;
  }

  long release(ReleaseCall call) {
    var said = new Said(FunctionLibrary.RELEASE, call.encoded());
    return (Long) all(List.of(said), Optional.empty()).getFirst();
  }

  @Override
  public void close() {
    redis.close();
    stop.run();
  }

  private static List<String> keys(DecideCall call) {
    return call.encoded().keys();
  }

  private static List<String> arguments(DecideCall call) {
    return call.encoded().arguments();
  }

  static DecideReply reply(Object answer, DecideCall call) {
    return DecideReply.parse(
        ((List<?>) answer).stream().map(Long.class::cast).toList(), call.requests());
  }
}
