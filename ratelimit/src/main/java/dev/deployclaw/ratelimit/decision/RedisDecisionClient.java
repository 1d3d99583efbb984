package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.ratelimit.redis.DecideCommand;
import dev.deployclaw.ratelimit.redis.RedisUnavailableException;
import dev.deployclaw.ratelimit.redis.RespCommand;
import dev.deployclaw.ratelimit.redis.RespReply;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts decisions to Redis: one {@code FCALL} on the shard of the root group. A shard that lacks
 * what is staged is asked once more with the rules inline; one that lost its library, by the same
 * code as a script, with the epoch that the last commit named.
 */
record RedisDecisionClient(ShardRouter shards) {
  private static final int NAME_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Decides. Fails with {@link RedisUnavailableException}.
   *
   * @param active what was committed last, empty where that isn't known
   */
  Future<DecideReply> decide(DecideCall call, Optional<Constants> active) {
    return Future.future(promise -> decide(DecideCommand.of(call), active, promise));
  }

  /** The same, for a call that is encoded already. */
  void decide(DecideCommand command, Optional<Constants> active, Completable<DecideReply> then) {
    send(
        command,
        active,
        (reply, failure) -> {
          if (reply instanceof DecideReply.NeedRules) {
            send(command.withRules(), active, then);
          } else {
            then.complete(reply, failure);
          }
        });
  }

  /**
   * The same for a number of requests that are charged ahead. What they hold under a concurrency
   * limit is held until its lease ends. Fails with {@link RedisUnavailableException}.
   */
  Future<DecideReply> ahead(CoalescibleCall one, long requests) {
    var call = one.call();
    var command =
        requests == 1 && !one.holds()
            ? one.command()
            : DecideCommand.of(named(new DecideCall(call.claims(), requests, call.at())));
    return Future.future(promise -> decide(command, one.active(), promise));
  }

  private void send(
      DecideCommand command, Optional<Constants> active, Completable<DecideReply> then) {
    shards.call(
        command.slot(),
        command.command(),
        (reply, failure) -> {
          if (failure == null && isMissing(reply) && active.isPresent()) {
            shards.call(
                command.slot(),
                command.script(active.get()),
                (byScript, lost) -> end(command, byScript, lost, then));
          } else {
            end(command, reply, failure, then);
          }
        });
  }

  private static void end(
      DecideCommand command,
      @Nullable RespReply reply,
      @Nullable Throwable failure,
      Completable<DecideReply> then) {
    DecideReply parsed;
    try {
      parsed = reply == null ? null : parsed(reply, command.call().requests());
    } catch (RuntimeException e) {
      then.complete(null, e);
      return;
    }
    then.complete(parsed, failure);
  }

  /**
   * Gives places back; where the library is gone, by script. Fails with {@link
   * RedisUnavailableException}.
   */
  Future<Long> release(ReleaseCall held) {
    return shards
        .call(held.slot(), running("FCALL", FunctionLibrary.RELEASE, held.encoded()))
        .compose(reply ->
            isMissing(reply)
                ? shards.call(
                    held.slot(), running("EVAL", FunctionLibrary.releaseScript(), held.encoded()))
                : Future.succeededFuture(reply))
        .map(RedisDecisionClient::released);
  }

  private static RespCommand running(String verb, String code, DecideCall.Encoded encoded) {
    return RespCommand.running(verb, code, encoded.keys(), encoded.arguments());
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

  private static boolean isMissing(RespReply reply) {
    return reply instanceof RespReply.Refused(String message)
        && message.startsWith("ERR Function not found");
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

  /**
   * The call with a name of its own, where one of its limits is one of concurrency: no one else can
   * know it, and none comes twice.
   */
  static DecideCall named(DecideCall call) {
    boolean holds =
        call.claims().stream()
            .flatMap(c -> c.items().stream())
            .anyMatch(RequestCharges.Item::holds);
    return holds ? new DecideCall(call.claims(), call.requests(), call.at(), fresh()) : call;
  }

  private static String fresh() {
    byte[] bytes = new byte[NAME_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
