package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Freeze;
import dev.deployclaw.core.machine.GatePolicy.Waiting;
import dev.deployclaw.core.machine.HeldRepair;
import dev.deployclaw.core.plan.Overlay;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where things stand, read from the state store.
 *
 * @param open the change that holds {@code open}
 * @param pending what that waits for, as its log said last; empty where it says nothing
 * @param held those that wait for a person
 * @param heldRepairs repairs that do
 * @param frozen the kill switch, where it is on
 * @param leader who leads now, if anybody does
 * @param writeBacks executions of which something is still to be written back to the sources
 * @param expired overlays whose time is over, and that nobody has taken back yet
 * @param unreachable why nothing could be read; else empty
 */
public record StatusAnswer(
    ExitCode exit,
    Optional<Active> active,
    Optional<Execution> open,
    String pending,
    List<Execution> held,
    List<HeldRepair> heldRepairs,
    Optional<Freeze> frozen,
    Optional<Leader> leader,
    List<String> writeBacks,
    List<Overlay> expired,
    boolean rollbackAvailable,
    String unreachable) {
  public StatusAnswer {
    held = List.copyOf(held);
    heldRepairs = List.copyOf(heldRepairs);
    writeBacks = List.copyOf(writeBacks);
    expired = List.copyOf(expired);
  }

  /** Changes and repairs that wait for an approval. */
  public List<Waiting> waiting() {
    return Stream.concat(
            held.stream().map(Waiting::of), heldRepairs.stream().map(HeldRepair::waiting))
        .toList();
  }

  static StatusAnswer unreachable(String why) {
    return new StatusAnswer(
        ExitCode.UNREACHABLE,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        false,
        why);
  }

  /** Where what is open waits for nobody. */
  public StatusAnswer(
      ExitCode exit,
      Optional<Active> active,
      Optional<Execution> open,
      List<Execution> held,
      List<HeldRepair> heldRepairs,
      Optional<Freeze> frozen,
      Optional<Leader> leader,
      List<String> writeBacks,
      List<Overlay> expired,
      boolean rollbackAvailable,
      String unreachable) {
    this(
        exit,
        active,
        open,
        "",
        held,
        heldRepairs,
        frozen,
        leader,
        writeBacks,
        expired,
        rollbackAvailable,
        unreachable);
  }

  /** Where nobody leads, and nothing is due. */
  public StatusAnswer(
      ExitCode exit,
      Optional<Active> active,
      Optional<Execution> open,
      List<Execution> held,
      Optional<Freeze> frozen,
      boolean rollbackAvailable,
      String unreachable) {
    this(
        exit,
        active,
        open,
        held,
        List.of(),
        frozen,
        Optional.empty(),
        List.of(),
        List.of(),
        rollbackAvailable,
        unreachable);
  }
}
