package dev.deployclaw.ratelimit.redis;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RedisKeyLayout;

/**
 * A call of the decision function, ready to be sent.
 *
 * @param slot of all its keys
 */
public record DecideCommand(
    DecideCall call, DecideCall.Encoded encoded, int slot, RespCommand command) {

  /** With the rules read from what is staged. */
  public static DecideCommand of(DecideCall call) {
    return of(call, call.encoded());
  }

  /** The same with the rules inline, for a shard that lacks what is staged. */
  public DecideCommand withRules() {
    return of(call, call.withRules());
  }

  /** The same code as a script, for a shard that lost its library. */
  public RespCommand script(Constants active) {
    return RespCommand.running(
        "EVAL", FunctionLibrary.script(active), encoded.keys(), encoded.arguments());
  }

  private static DecideCommand of(DecideCall call, DecideCall.Encoded encoded) {
    return new DecideCommand(
        call,
        encoded,
        RedisKeyLayout.slot(encoded.keys().getFirst()),
        RespCommand.running("FCALL", FunctionLibrary.DECIDE, encoded.keys(), encoded.arguments()));
  }
}
