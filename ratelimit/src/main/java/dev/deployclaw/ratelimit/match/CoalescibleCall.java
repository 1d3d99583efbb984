package dev.deployclaw.ratelimit.match;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RequestCharges;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A call for one request that others may join. Two are equal where their encoded forms are: those
 * hold all of a call but the number of its requests.
 *
 * @param active what was committed last, empty where that isn't known
 * @param hash kept, since the texts of a call are many
 */
public record CoalescibleCall(
    DecideCall call, DecideCall.Encoded encoded, Optional<Constants> active, int hash) {

  public static CoalescibleCall of(List<RequestCharges> claims, Optional<Constants> active) {
    var call = new DecideCall(claims, 1, OptionalLong.empty());
    var encoded = call.encoded();
    return new CoalescibleCall(call, encoded, active, 31 * encoded.hashCode() + active.hashCode());
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof CoalescibleCall(var _, var itsEncoded, var itsActive, int itsHash)
            && hash == itsHash
            && encoded.equals(itsEncoded)
            && active.equals(itsActive));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
