package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.ratelimit.match.CoalescibleCall;
import dev.deployclaw.ratelimit.redis.RedisUnavailableException;
import dev.deployclaw.ratelimit.redis.RespReply;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts decisions to Redis: one {@code FCALL} on the shard of the root group. A shard that lacks
 * what is staged is asked once more with the rules inline; one that lost its library, by the same
 * code as a script, with the epoch that the last commit named.
 */
final class RedisDecisionClient {
  private final ShardRouter shards;

  RedisDecisionClient(ShardRouter shards) {
    this.shards = shards;
  }

  /**
   * Decides. Fails with {@link RedisUnavailableException}.
   *
   * @param active what was committed last, empty where that isn't known
   */
  Future<DecideReply> decide(DecideCall call, Optional<Constants> active) {
    return decide(call, call.encoded(), active);
  }

  /**
   * The same where it is encoded already.
   *
   * @param encoded the call
   */
  Future<DecideReply> decide(
      DecideCall call, DecideCall.Encoded encoded, Optional<Constants> active) {
    return send(call, encoded, active)
        .compose(reply ->
            reply instanceof DecideReply.NeedRules
                ? send(call, call.withRules(), active)
                : Future.succeededFuture(reply));
  }

  /**
   * The same for a number of requests that are charged ahead. Fails with {@link
   * RedisUnavailableException}.
   */
  Future<DecideReply> ahead(CoalescibleCall one, long requests) {
    return requests == 1
        ? decide(one.call(), one.encoded(), one.active())
        : decide(new DecideCall(one.call().claims(), requests, one.call().at()), one.active());
  }

  private Future<DecideReply> send(
      DecideCall call, DecideCall.Encoded encoded, Optional<Constants> active) {
    int slot = RedisKeyLayout.slot(encoded.keys().getFirst());
    return shards
        .call(slot, words("FCALL", FunctionLibrary.DECIDE, encoded))
        .compose(reply ->
            isMissing(reply) && active.isPresent()
                ? shards.call(slot, words("EVAL", script(active.get()), encoded))
                : Future.succeededFuture(reply))
        .map(reply -> parsed(reply, call.requests()));
  }

  /**
   * Gives places back; where the library is gone, by script. Fails with {@link
   * RedisUnavailableException}.
   */
  Future<Long> release(ReleaseCall held) {
    return shards
        .call(held.slot(), words("FCALL", FunctionLibrary.RELEASE, held.encoded()))
        .compose(reply ->
            isMissing(reply)
                ? shards.call(
                    held.slot(), words("EVAL", FunctionLibrary.releaseScript(), held.encoded()))
                : Future.succeededFuture(reply))
        .map(RedisDecisionClient::released);
  }

  private static long released(RespReply reply) {
    return switch (reply) {
      case RespReply.Whole(long number) -> number;
      case RespReply.Refused(String message) ->
          throw new RedisUnavailableException("Redis refused: " + message);
      case RespReply.Text _, RespReply.Items _, RespReply.Nothing _ ->
          throw new RedisUnavailableException("Redis answered something else");
    };
  }

  private String script(Constants active) {
    return FunctionLibrary.script(active);
  }

  private static boolean isMissing(RespReply reply) {
    return reply instanceof RespReply.Refused(String message)
        && message.startsWith("ERR Function not found");
  }

  private static List<String> words(String command, String function, DecideCall.Encoded encoded) {
    var words = new ArrayList<String>(3 + encoded.keys().size() + encoded.arguments().size());
    words.add(command);
    words.add(function);
    words.add(Integer.toString(encoded.keys().size()));
    words.addAll(encoded.keys());
    words.addAll(encoded.arguments());
    return words;
  }

  private static DecideReply parsed(RespReply reply, long requests) {
    return switch (reply) {
      case RespReply.Items(List<RespReply> values) -> DecideReply.parse(numbers(values), requests);
      case RespReply.Refused(String message) ->
          throw new RedisUnavailableException("Redis refused: " + message);
      case RespReply.Text _, RespReply.Whole _, RespReply.Nothing _ ->
          throw new RedisUnavailableException("Redis answered something else");
    };
  }

  private static List<Long> numbers(List<RespReply> values) {
    var numbers = new ArrayList<Long>(values.size());
    for (var value : values) {
      if (value instanceof RespReply.Whole(long number)) {
        numbers.add(number);
      }
    }
    return numbers;
  }
}
