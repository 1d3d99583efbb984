package dev.deployclaw.ratelimit.redis;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RedisKeyLayout;

/**
 * A call of the decision function, ready to be sent.
 *
 * @param inline whether it carries the rules
 * @param slot of all its keys
 */
public record DecideCommand(DecideCall call, boolean inline, int slot, RespCommand command) {

  /** With the rules read from what is staged. */
  public static DecideCommand of(DecideCall call) {
    return of(call, false);
  }

  /** The same with the rules inline, for a shard that lacks what is staged. */
  public DecideCommand withRules() {
    return of(call, true);
  }

  /** The same code as a script, for a shard that lost its library. */
  public RespCommand script(Constants active) {
    var encoded = encoded(call, inline);
    return RespCommand.running(
        "EVAL", FunctionLibrary.script(active), encoded.keys(), encoded.arguments());
  }

  private static DecideCall.Encoded encoded(DecideCall call, boolean inline) {
    return inline ? call.withRules() : call.encoded();
  }

  private static DecideCommand of(DecideCall call, boolean inline) {
    var encoded = encoded(call, inline);
    return new DecideCommand(
        call,
        inline,
        RedisKeyLayout.slot(encoded.keys().getFirst()),
        RespCommand.running("FCALL", FunctionLibrary.DECIDE, encoded.keys(), encoded.arguments()));
  }
}
