package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.ratelimit.redis.DecideCommand;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A call for one request that others may join. Two are equal where their commands are, byte by
 * byte: those hold all of a call.
 *
 * @param active what was committed last, empty where that isn't known
 * @param leases how long its requests may be charged ahead, by epoch; without those under which a
 *     limit is exact. Empty where a limit of any epoch is one of concurrency: which epoch decides
 *     is known only later, and places aren't held ahead
 * @param holds whether one of its limits is one of concurrency
 * @param hash kept, since a command is long
 */
public record CoalescibleCall(
    DecideCommand command,
    Optional<Constants> active,
    Map<Long, Duration> leases,
    boolean holds,
    int hash) {

  public static CoalescibleCall of(List<RequestCharges> claims, Optional<Constants> active) {
    var command = DecideCommand.of(new DecideCall(claims, 1, OptionalLong.empty()));
    boolean holds =
        claims.stream().flatMap(c -> c.items().stream()).anyMatch(RequestCharges.Item::holds);
    int hash = 31 * command.command().hashCode() + active.hashCode();
    return new CoalescibleCall(command, active, holds ? Map.of() : leases(claims), holds, hash);
  }

  public DecideCall call() {
    return command.call();
  }

  private static Map<Long, Duration> leases(List<RequestCharges> claims) {
    var leases = new TreeMap<Long, Duration>();
    for (var claim : claims) {
      claim.lease().ifPresent(lease -> leases.put(claim.epoch(), lease));
    }
    return leases.isEmpty() ? Map.of() : Collections.unmodifiableMap(leases);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof CoalescibleCall(var its, var itsActive, var _, var _, int itsHash)
            && hash == itsHash
            && command.command().equals(its.command())
            && active.equals(itsActive));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
