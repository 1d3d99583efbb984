package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Freeze;
import java.util.List;
import java.util.Optional;

/**
 * Where things stand, read from the state store.
 *
 * @param open the change that holds {@code open}
 * @param held those that wait for a person
 * @param frozen the kill switch, where it is on
 * @param unreachable why nothing could be read; else empty
 */
public record StatusAnswer(
    ExitCode exit,
    Optional<Active> active,
    Optional<Execution> open,
    List<Execution> held,
    Optional<Freeze> frozen,
    boolean rollbackAvailable,
    String unreachable) {
  public StatusAnswer {
    held = List.copyOf(held);
  }
}
