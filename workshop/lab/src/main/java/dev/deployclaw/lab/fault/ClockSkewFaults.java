package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.redis.SkewedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Clocks of Redis nodes that are wrong. */
final class ClockSkewFaults {
  private ClockSkewFaults() {}

  static List<InjectedFault> current(FaultTargets targets) {
    var wrong = new ArrayList<InjectedFault>();
    targets
        .all()
        .forEach((name, daemon) ->
            wrong(SkewedClock.find(daemon.folder()))
                .ifPresent(clock ->
                    wrong.add(
                        new InjectedFault(
                            FaultKind.SKEW,
                            name,
                            OptionalInt.of(Math.toIntExact(clock.offset().toMillis()))))));
    return wrong;
  }

  static InjectedFault set(FaultTargets targets, String target, int millis)
      throws ImpossibleFaultException {
    var found = targets.find(target);
    SkewedClock.find(found.daemon().folder())
        .orElseThrow(() ->
            new ImpossibleFaultException(found.name() + " has no clock of its own; Redis nodes do"))
        .set(Duration.ofMillis(millis));
    return new InjectedFault(FaultKind.SKEW, found.name(), OptionalInt.of(millis));
  }

  static List<InjectedFault> heal(FaultTargets targets) {
    var healed = current(targets);
    targets
        .all()
        .values()
        .forEach(daemon ->
            wrong(SkewedClock.find(daemon.folder())).ifPresent(clock -> clock.set(Duration.ZERO)));
    return healed;
  }

  private static Optional<SkewedClock> wrong(Optional<SkewedClock> clock) {
    return clock.filter(c -> !c.offset().isZero());
  }
}
