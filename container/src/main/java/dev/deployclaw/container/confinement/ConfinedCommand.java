package dev.deployclaw.container.confinement;

import java.util.List;

/**
 * The command that starts a confined JVM.
 *
 * @param argv program and arguments; the process id stays the same through all steps
 * @param missing what this machine or this start can't do, one sentence each; empty where every
 *     layer is set. What counts in the end is {@link IsolationProbe}
 */
public record ConfinedCommand(List<String> argv, List<String> missing) {
  public ConfinedCommand {
    argv = List.copyOf(argv);
    missing = List.copyOf(missing);
  }

  /**
   * @param javaCommand the JVM and its arguments, the JVM as an absolute path
   */
  public static ConfinedCommand around(ConfinementPolicy policy, List<String> javaCommand) {
    throw new UnsupportedOperationException("follows");
  }
}
