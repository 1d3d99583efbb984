package dev.deployclaw.policy.probe;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The exercises of all tenants that share counters, in the order in which they must be sent. Lanes
 * don't touch each other's counters.
 *
 * @param root the root group of its tenants
 * @param again how far an exercise may be moved into the lane's future and keep its answers; empty
 *     where windows of odd lengths share no multiple that is near enough
 */
public record ProbeLane(String root, List<ProbeSequence> exercises, OptionalLong again) {
  public ProbeLane {
    exercises = List.copyOf(exercises);
  }

  /**
   * The exercise at a later time, after all others of the lane, with nonces of its own: for one
   * that couldn't be carried through.
   */
  public Optional<ProbeSequence> repeat(ProbeSequence exercise) {
    return again.isPresent() ? Optional.of(exercise.later(again.getAsLong())) : Optional.empty();
  }
}
